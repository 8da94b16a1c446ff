//! How much one user and one address may ask, by class of request, said on each answer
//! (draft-ietf-httpapi-ratelimit-headers) and refused with 429 beyond.
//!
//! Each request draws from its address's bucket and, when somebody is signed in, from theirs.

use std::fmt::Write;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method};

use super::asset::is_upload;
use super::auth::identify;
use super::problem::{Code, Problem};
use crate::domain::address::{AddressGroup, ClientAddress};
use crate::domain::clock::{Clock, Tick};
use crate::domain::id::UserId;
use crate::domain::limits::{Rate, RestClass as Class, RestLimits, RestPolicy};
use crate::ports::rates::{Draw, Rates, Whose};
use crate::realtime::quota::{Table, Usage};
use crate::realtime::rate::SharedBucket;
use crate::services::auth::AuthService;

/// What holds in general, and what is left of it.
static RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Where programs ask. Pages and files of the web client are not counted.
const CALLS: [&str; 2] = ["/v1/", "/.well-known/"];

/// It has limits of its own (`live.*`), and is answered once in the life of a connection.
const LIVE: &str = "/v1/rooms/{id}/live";

/// Below this, everything but [`NO_SIGN_IN`] is a step of signing in.
const SIGN_IN: &str = "/v1/auth/";

const NO_SIGN_IN: [&str; 2] = ["/v1/auth/providers", "/v1/auth/logout"];

/// Steps of signing in elsewhere.
const ALSO_SIGN_IN: [(Method, &str); 1] = [(Method::POST, "/v1/me/identities/{provider}")];

/// Where moderators are called.
const REPORTS: &str = "/v1/reports";

/// Where a look around costs more than a look-up.
const SEARCHES: [&str; 4] = [
    "/v1/users",
    "/v1/tags",
    "/v1/rooms/{id}/surf",
    "/v1/recommendations/random-room",
];

/// Lists that are looked through with this parameter.
const SEARCHED: [(&str, &str); 1] = [("/v1/rooms", "query=")];

/// Whether requests to this route are counted.
pub(super) fn is_limited(method: &Method, route: &str) -> bool {
    class_of(method, Some(route), route).is_some()
}

fn class_of(method: &Method, route: Option<&str>, path: &str) -> Option<Class> {
    if route == Some(LIVE) || !CALLS.iter().any(|call| path.starts_with(call)) {
        return None;
    }
    let route = route.unwrap_or(path);
    let also = |(known, other): &(Method, &str)| known == method && *other == route;
    let signs_in = route.starts_with(SIGN_IN) && !NO_SIGN_IN.contains(&route);
    Some(if signs_in || ALSO_SIGN_IN.iter().any(also) {
        Class::SignIn
    } else if is_upload(method, route) {
        Class::Upload
    } else if method == Method::POST && route == REPORTS {
        Class::Report
    } else if !method.is_safe() {
        Class::Write
    } else if SEARCHES.contains(&route) {
        Class::Search
    } else {
        Class::Read
    })
}

/// What a list costs that is looked through.
fn asked(class: Class, route: &str, query: &str) -> Class {
    let mut searched = SEARCHED.iter();
    let searches = searched.any(|(list, named)| {
        *list == route && query.split('&').any(|part| part.starts_with(named))
    });
    if class == Class::Read && searches {
        Class::Search
    } else {
        class
    }
}

/// A bucket for each class, in the order of [`Class::ALL`].
#[derive(Debug)]
struct Buckets([SharedBucket; 6]);

impl Buckets {
    fn full(limits: &RestLimits, policy: fn(Class, &RestLimits) -> RestPolicy) -> Self {
        Self(Class::ALL.map(|class| SharedBucket::of_rate(policy(class, limits).1)))
    }
}

impl Usage for Buckets {
    fn is_idle(&self, now: Tick) -> bool {
        self.0.iter().all(|bucket| bucket.is_full(now))
    }
}

/// What everybody has used up on this node.
#[derive(Debug)]
pub struct LocalRates {
    limits: RestLimits,
    addresses: Table<AddressGroup, Buckets>,
    users: Table<UserId, Buckets>,
    clock: Clock,
}

impl LocalRates {
    /// Nobody has used anything yet.
    pub fn new(limits: RestLimits, clock: Clock) -> Self {
        Self {
            addresses: Table::new(Buckets::full(&limits, Class::of_address)),
            users: Table::new(Buckets::full(&limits, Class::of_user)),
            limits,
            clock,
        }
    }

    fn draw_at(&self, whose: Whose, class: Class, now: Tick) -> Draw {
        let buckets = match whose {
            Whose::Address(group) => {
                let make = || Buckets::full(&self.limits, Class::of_address);
                self.addresses.usage(group, now, make)
            }
            Whose::User(user) => {
                let make = || Buckets::full(&self.limits, Class::of_user);
                self.users.usage(user, now, make)
            }
        };
        let bucket = &buckets.0[class as usize];
        match bucket.draw(now) {
            Ok(left) => Draw {
                left,
                wait_ms: None,
            },
            Err(wait_ms) => Draw {
                left: bucket.left(now),
                wait_ms: Some(wait_ms),
            },
        }
    }
}

#[async_trait]
impl Rates for LocalRates {
    async fn draw(&self, whose: Whose, class: Class) -> Draw {
        self.draw_at(whose, class, self.clock.tick())
    }
}

/// What was drawn from one bucket.
struct Drawn {
    policy: RestPolicy,
    draw: Draw,
}

#[derive(Debug, Clone)]
struct RateState {
    limits: Arc<RestLimits>,
    rates: Arc<dyn Rates>,
    auth: AuthService,
}

impl RateState {
    async fn draw(&self, whose: Whose, class: Class) -> Drawn {
        let policy = match whose {
            Whose::Address(_) => class.of_address(&self.limits),
            Whose::User(_) => class.of_user(&self.limits),
        };
        let draw = self.rates.draw(whose, class).await;
        Drawn { policy, draw }
    }
}

impl Drawn {
    /// Why the request is not answered.
    fn refused(&self) -> Option<Problem> {
        let wait_ms = self.draw.wait_ms?;
        let problem = Problem::new(Code::RateLimited).limit(self.policy.0);
        Some(problem.retry_after_ms(wait_ms.into()))
    }
}

/// Puts the limits around the routes there are; `rates` knows what was used up of them, here or on all nodes.
pub fn guard(
    router: Router,
    limits: RestLimits,
    rates: Arc<dyn Rates>,
    auth: AuthService,
) -> Router {
    let state = RateState {
        limits: Arc::new(limits),
        rates,
        auth,
    };
    router.layer(from_fn_with_state(state, limited))
}

async fn limited(State(state): State<RateState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(MatchedPath::as_str);
    let (path, query) = (request.uri().path(), request.uri().query());
    let Some(class) = class_of(request.method(), route, path) else {
        return next.run(request).await;
    };
    let class = asked(class, route.unwrap_or(path), query.unwrap_or_default());
    let address = request.extensions().get::<ClientAddress>();
    // Whoever asks without an address shares one with all who do.
    let address = address.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |client| client.0);
    let mut drawn = vec![state.draw(Whose::Address(address.into()), class).await];
    let (mut parts, body) = request.into_parts();
    if drawn[0].draw.wait_ms.is_none() {
        // When nobody can say who it is, the handler says so if it matters.
        if let Ok(Some(viewer)) = identify(&state.auth, &mut parts).await {
            drawn.push(state.draw(Whose::User(viewer.user.id), class).await);
        }
    }
    let refused = drawn.iter().find_map(Drawn::refused);
    let mut response = match refused {
        Some(problem) => problem.into_response(),
        None => next.run(Request::from_parts(parts, body)).await,
    };
    say(&drawn, &mut response);
    response
}

/// Two lists of structured fields (RFC 9651): a quota `q` in a window of `w` seconds; `r` left of it, and whole again
/// in `t` seconds.
fn say(drawn: &[Drawn], response: &mut Response) {
    let (mut policies, mut limits) = (String::new(), String::new());
    for Drawn { policy, draw } in drawn {
        let (name, Rate { per_minute, burst }) = *policy;
        let window = (u64::from(burst) * 60).div_ceil(u64::from(per_minute).max(1));
        let comma = if policies.is_empty() { "" } else { ", " };
        let left = draw.left;
        let whole_in = left.whole_in_ms.div_ceil(1_000);
        // Writing to a String cannot fail.
        let _ = write!(policies, "{comma}\"{name}\";q={burst};w={window}");
        let _ = write!(limits, "{comma}\"{name}\";r={};t={whole_in}", left.count);
    }
    let headers = response.headers_mut();
    for (name, value) in [(&RATELIMIT_POLICY, policies), (&RATELIMIT, limits)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name.clone(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::rates::conformance;

    #[test]
    fn requests_are_of_the_class_that_says_what_they_cost() {
        let of = |method, route: &str| class_of(&method, Some(route), route);
        let table = [
            (Method::GET, "/v1/me", Some(Class::Read)),
            (Method::HEAD, "/v1/rooms", Some(Class::Read)),
            (Method::PUT, "/v1/users/{handle}/follow", Some(Class::Write)),
            (Method::GET, "/v1/users", Some(Class::Search)),
            (Method::GET, "/v1/users/{handle}", Some(Class::Read)),
            (
                Method::GET,
                "/v1/auth/{provider}/start",
                Some(Class::SignIn),
            ),
            (
                Method::GET,
                "/v1/auth/{provider}/callback",
                Some(Class::SignIn),
            ),
            (Method::POST, "/v1/auth/token", Some(Class::SignIn)),
            (Method::GET, "/v1/auth/providers", Some(Class::Read)),
            (Method::POST, "/v1/auth/logout", Some(Class::Write)),
            (
                Method::POST,
                "/v1/me/identities/{provider}",
                Some(Class::SignIn),
            ),
            (
                Method::DELETE,
                "/v1/me/identities/{provider}",
                Some(Class::Write),
            ),
            (Method::GET, "/.well-known/jwks.json", Some(Class::Read)),
            (Method::POST, "/v1/assets", Some(Class::Upload)),
            (Method::PUT, "/v1/assets/{id}/bytes", Some(Class::Upload)),
            (Method::PATCH, "/v1/assets/{id}", Some(Class::Write)),
            (Method::POST, "/v1/reports", Some(Class::Report)),
            (Method::GET, "/v1/me/reports", Some(Class::Read)),
            (Method::GET, LIVE, None),
            (Method::GET, "/healthz", None),
            (Method::GET, "/docs/", None),
        ];
        for (method, route, class) in table {
            assert_eq!(of(method.clone(), route), class, "{method} {route}");
        }
        let read = Class::Read;
        assert_eq!(asked(read, "/v1/rooms", "limit=1&query=x"), Class::Search);
        assert_eq!(asked(read, "/v1/rooms", "limit=1"), Class::Read);
        assert_eq!(asked(read, "/v1/me", "query=x"), Class::Read);
        // What no route names is counted too.
        let nothing = class_of(&Method::GET, None, "/v1/nothing");
        assert_eq!(nothing, Some(Class::Read));
        assert_eq!(class_of(&Method::GET, None, "/room/1"), None);
    }

    #[tokio::test]
    async fn one_node_obeys_the_suite() {
        let rates = LocalRates::new(conformance::limits(), Clock::start());
        conformance::suite(&rates, &rates).await;
    }

    #[test]
    fn one_household_has_one_bucket_whatever_address_it_takes() {
        let mut limits = RestLimits::DEFAULT;
        limits.address_write = Rate {
            per_minute: 1,
            burst: 2,
        };
        let rates = LocalRates::new(limits, Clock::start());
        let whose = |address: &str| {
            let address: IpAddr = address.parse().unwrap();
            Whose::Address(address.into())
        };
        let draw = |address: &str, at| {
            let drawn = rates.draw_at(whose(address), Class::Write, Tick(at));
            drawn.wait_ms.is_none()
        };
        assert!(draw("2001:db8:1:2::1", 0) && draw("2001:db8:1:2:ffff::2", 0));
        assert!(!draw("2001:db8:1:2::3", 0) && draw("2001:db8:1:3::3", 0));
        assert!(draw("192.0.2.1", 0) && draw("::ffff:192.0.2.1", 0) && !draw("192.0.2.1", 0));
        // Other classes have their own.
        let read = rates.draw_at(whose("192.0.2.1"), Class::Read, Tick(0));
        assert!(read.wait_ms.is_none());
        assert!(!draw("192.0.2.1", 59_999) && draw("192.0.2.1", 60_000));
    }
}
