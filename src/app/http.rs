//! The accept loop: bounded connections, slow headers cut off, upgrades with the bare socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::domain::address::{ClientAddress, Network};

/// HTTP connections served at once; upgraded ones no longer count. Beyond, the kernel's backlog waits.
const CONNECTIONS_MAX: usize = 4_096;

/// A request's head must be whole by then.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest request head, in bytes.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// After a failed accept, such as when file descriptors run out.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Accepts until told to stop. Each connection is a task of `tasks`, and served by the router there is when it comes.
pub(super) async fn accept(
    listener: TcpListener,
    router: watch::Receiver<Router>,
    trusted_proxies: Arc<[Network]>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => return,
            place = places.clone().acquire_owned() => place,
        };
        // The semaphore is never closed.
        let Ok(place) = place else { return };
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, trusted) = (router.borrow().clone(), trusted_proxies.clone());
                let stop = stop.clone();
                tasks.spawn(async move {
                    serve(stream, peer, router, trusted, stop).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    trusted_proxies: Arc<[Network]>,
    stop: CancellationToken,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        let address = client_address(&request, peer, &trusted_proxies);
        request.extensions_mut().insert(address);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop.cancelled() => {
            // The answer under way is finished, then the connection ends.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, %peer, "a connection ended badly");
    }
}

/// Whose request it is, proxies believed as far as they are trusted.
fn client_address(request: &Request, peer: SocketAddr, trusted: &[Network]) -> ClientAddress {
    let forwarded = request.headers().get_all("x-forwarded-for");
    // A value that is no text is no address either.
    let values: Vec<&str> = forwarded.iter().map(|v| v.to_str().unwrap_or("")).collect();
    ClientAddress::of(peer.ip(), values.into_iter(), trusted)
}
