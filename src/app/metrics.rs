//! `/metrics`: what the live rooms and the HTTP side have done, for Prometheus.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dashmap::DashMap;

#[cfg(feature = "distributed")]
use crate::adapters::redis::{HotFigures, RateFigures};
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
    #[cfg(feature = "distributed")]
    pub shared: Option<SharedFigures>,
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
    #[cfg(feature = "distributed")]
    if let Some(figures) = &state.shared {
        shared(figures, &mut to);
    }
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

/// What nodes share in Redis, as counted here.
#[cfg(feature = "distributed")]
#[derive(Debug, Clone)]
pub(super) struct SharedFigures {
    /// Of the buckets requests are counted by.
    pub rates: Arc<RateFigures>,
    /// Of what is kept for seconds, each with a name.
    pub hot: Vec<(&'static str, Arc<HotFigures>)>,
}

/// How much is shared, and how much this node did by itself.
#[cfg(feature = "distributed")]
fn shared(figures: &SharedFigures, to: &mut Exposition) {
    let name = "maru_rates_drawn_total";
    let help =
        "Requests counted on all nodes together, and by this one alone as Redis did not answer.";
    to.family(name, Kind::Counter, help);
    for (by, count) in [
        ("all", figures.rates.shared_total()),
        ("alone", figures.rates.alone_total()),
    ] {
        to.sample(name, &[("by", by)], count);
    }
    let name = "maru_hot_lookups_total";
    let help = "Look-ups that Redis answered, that asked the store for all nodes, and that asked it for themselves.";
    to.family(name, Kind::Counter, help);
    for (what, figures) in &figures.hot {
        for (from, count) in [
            ("kept", figures.kept_total()),
            ("asked", figures.asked_total()),
            ("alone", figures.alone_total()),
        ] {
            to.sample(name, &[("what", what), ("from", from)], count);
        }
    }
}

#[cfg(all(test, feature = "distributed"))]
mod tests {
    use super::*;
    use crate::adapters::redis::{HotCache, HotRelations, Redis, RedisRates};
    use crate::config::Address;
    use crate::domain::id::UserId;
    use crate::domain::limits::{RestClass, RestLimits};
    use crate::ports::rates::{Rates, Whose};
    use crate::ports::relations::RelationReader;
    use crate::rest::rate::LocalRates;

    /// Nothing listens there: this node is alone.
    #[tokio::test]
    async fn what_is_shared_is_told_from_what_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::adapters::sqlite::Sqlite::open(folder.path()).await;
        let store = Arc::new(store.unwrap());
        let nowhere = Address::redis("127.0.0.1:1").expect("an address");
        let redis = Redis::connect(&nowhere).expect("begun");
        let (clock, limits) = (Clock::start(), RestLimits::default());
        let here = Arc::new(LocalRates::new(limits.clone(), clock));
        let rates = RedisRates::new(redis.clone(), "nowhere", limits, here, clock);
        let cache = HotCache::new(redis, "nowhere", clock);
        let figures = SharedFigures {
            rates: rates.figures().clone(),
            hot: vec![("relations", cache.figures().clone())],
        };
        let me = UserId::generate();
        for _ in 0..3 {
            rates.draw(Whose::User(me), RestClass::Read).await;
        }
        let relations = HotRelations::new(store, cache);
        relations.hidden_from(me).await.unwrap();
        relations.hidden_from(me).await.unwrap();
        let mut to = Exposition::default();
        shared(&figures, &mut to);
        let page = to.finish();
        let samples: Vec<&str> = page.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "maru_rates_drawn_total{by=\"all\"} 0",
                "maru_rates_drawn_total{by=\"alone\"} 3",
                "maru_hot_lookups_total{what=\"relations\",from=\"kept\"} 0",
                "maru_hot_lookups_total{what=\"relations\",from=\"asked\"} 0",
                "maru_hot_lookups_total{what=\"relations\",from=\"alone\"} 2",
            ]
        );
    }
}
