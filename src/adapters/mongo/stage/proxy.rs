//! A way to the server that loses replies: what was asked for is done, and nobody hears of it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Replies to lose: those to requests in which these bytes are.
#[derive(Debug, Default)]
struct Losses {
    to: Vec<u8>,
    left: u32,
    lost: u32,
}

impl Losses {
    fn takes(&mut self, request: &[u8]) -> bool {
        let is_such = self.left > 0 && request.windows(self.to.len()).any(|part| part == self.to);
        if is_such {
            self.left -= 1;
            self.lost += 1;
        }
        is_such
    }
}

/// Stops when it is dropped.
#[derive(Debug)]
pub(in crate::adapters::mongo) struct Proxy {
    address: SocketAddr,
    losses: Arc<Mutex<Losses>>,
    _work: JoinSet<()>,
}

impl Proxy {
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let losses = Arc::<Mutex<Losses>>::default();
        let mut work = JoinSet::new();
        work.spawn(accept(listener, server.to_owned(), Arc::clone(&losses)));
        Self {
            address,
            losses,
            _work: work,
        }
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The next so many replies to this command get lost, and the connection with them.
    pub fn lose(&self, command: &str, replies: u32) {
        let mut losses = self.losses.lock().unwrap();
        losses.to = command.as_bytes().to_vec();
        losses.left = replies;
        losses.lost = 0;
    }

    /// How many got lost since.
    pub fn lost(&self) -> u32 {
        self.losses.lock().unwrap().lost
    }
}

async fn accept(listener: TcpListener, server: String, losses: Arc<Mutex<Losses>>) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(&server).await.unwrap();
        connections.spawn(pass(client, server, Arc::clone(&losses)));
    }
}

/// Passes bytes on until either side ends, or a reply is to be lost.
async fn pass(mut client: TcpStream, mut server: TcpStream, losses: Arc<Mutex<Losses>>) {
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            count = client.read(&mut asked) => {
                let count = count.unwrap_or(0);
                if count == 0 || server.write_all(&asked[..count]).await.is_err() {
                    return;
                }
                if losses.lock().unwrap().takes(&asked[..count]) {
                    // The server has done it when it answers.
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            count = server.read(&mut answered) => {
                let count = count.unwrap_or(0);
                if count == 0 || client.write_all(&answered[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}
