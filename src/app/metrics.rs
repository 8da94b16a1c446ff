//! `/metrics`: what the live rooms and the HTTP side have done, for Prometheus.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dashmap::DashMap;

use crate::domain::clock::Clock;
use crate::ports::relay::RelayCounts;
use crate::realtime::connection::LiveContext;
use crate::realtime::metrics::{Counter, Exposition, Histogram, Kind, Present};

/// Bounds of answers, in milliseconds.
const ANSWER_MS: &[u64] = &[1, 5, 10, 50, 100, 500, 1_000, 5_000, 30_000];

/// What is asked for that no route names: pages and files of the web client, and nothing at all.
const NO_ROUTE: &str = "other";

/// A route as written in the code, and one of the methods HTTP knows: there are only so many.
type Route = (String, &'static str);

/// What became of requests.
#[derive(Debug)]
pub(super) struct HttpMetrics {
    answers: DashMap<(Route, u16), Counter>,
    durations: DashMap<Route, Histogram>,
    clock: Clock,
}

impl HttpMetrics {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            answers: DashMap::new(),
            durations: DashMap::new(),
            clock,
        }
    }

    fn count(&self, route: Route, status: u16, ms: u64) {
        let duration = self.durations.get(&route).map(|known| known.observe(ms));
        if duration.is_none() {
            let unknown = self.durations.entry(route.clone());
            unknown
                .or_insert_with(|| Histogram::new(ANSWER_MS))
                .observe(ms);
        }
        self.answers.entry((route, status)).or_default().add(1);
    }

    fn write(&self, to: &mut Exposition) {
        let mut answers: Vec<_> = self.answers.iter().collect();
        answers.sort_by(|one, other| one.key().cmp(other.key()));
        let help = "Answers, by route, method and status.";
        to.family("maru_http_requests_total", Kind::Counter, help);
        for answer in answers {
            let ((route, method), status) = answer.key();
            let status = status.to_string();
            let labels = [
                ("route", route.as_str()),
                ("method", method),
                ("status", &status),
            ];
            to.sample("maru_http_requests_total", &labels, answer.value().get());
        }
        let mut durations: Vec<_> = self.durations.iter().collect();
        durations.sort_by(|one, other| one.key().cmp(other.key()));
        let name = "maru_http_request_seconds";
        let help = "From a request's head to its answer's, by route and method.";
        to.family(name, Kind::Histogram, help);
        for duration in durations {
            let (route, method) = duration.key();
            let labels = [("route", route.as_str()), ("method", method)];
            duration.value().write_samples(name, &labels, 1_000, to);
        }
    }
}

/// Counts each answer. Below the routes, so that it knows which one was taken.
pub(super) async fn count(
    State(metrics): State<Arc<HttpMetrics>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    let names = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let place = known.iter().position(|method| method == request.method());
    let method = place.map_or("other", |place| names[place]);
    let began = metrics.clock.tick();
    let response = next.run(request).await;
    let took_ms = metrics.clock.tick().since_ms(began);
    metrics.count((path, method), response.status().as_u16(), took_ms);
    response
}

/// What the page is made of.
#[derive(Debug, Clone)]
pub(super) struct MetricsState {
    pub live: Arc<LiveContext>,
    pub http: Arc<HttpMetrics>,
}

/// The page.
pub(super) fn router(state: MetricsState) -> Router {
    Router::new().route("/metrics", get(page)).with_state(state)
}

async fn page(State(state): State<MetricsState>) -> Response {
    let live = &state.live;
    let figures = live.rooms.figures();
    let mut present = Present {
        connections: live.quotas.connections(),
        rooms: figures.len(),
        ..Present::default()
    };
    for room in &figures {
        present.people += room.people;
        present.sessions += room.sessions;
        present.unsaved_batches += room.unsaved_batches;
    }
    let mut to = Exposition::default();
    live.rooms.metrics().write(present, &mut to);
    relayed(live.rooms.relay_counts(), live.rooms.hears(), &mut to);
    state.http.write(&mut to);
    let headers = [
        (header::CONTENT_TYPE, Exposition::MEDIA_TYPE),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, to.finish()).into_response()
}

/// The way to other nodes, where there are any.
fn relayed(counts: Option<RelayCounts>, hears: bool, to: &mut Exposition) {
    let Some(counts) = counts else {
        return;
    };
    for (name, help, count) in [
        (
            "maru_relay_sent_total",
            "Messages sent to other nodes.",
            counts.sent,
        ),
        (
            "maru_relay_received_total",
            "Messages of other nodes that arrived.",
            counts.received,
        ),
        (
            "maru_relay_lost_total",
            "Messages between nodes that could not be sent, or were not looked at in time.",
            counts.lost,
        ),
    ] {
        to.family(name, Kind::Counter, help);
        to.sample(name, &[], count);
    }
    let name = "maru_relay_hears";
    to.family(
        name,
        Kind::Gauge,
        "Whether this node hears what is sent to it.",
    );
    to.sample(name, &[], u8::from(hears));
}
