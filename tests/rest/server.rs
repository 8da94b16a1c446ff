//! A server of the sign-in side on a free port, over a store of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use maru::adapters::oauth::OAuthProvider;
use maru::adapters::sqlite::Sqlite;
use maru::config::{Mode, ProviderConfig, PublicUrl};
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{RoomId, UserId};
use maru::domain::text::PersonName;
use maru::domain::user::{Look, User};
use maru::ports::identity::IdentityProvider;
use maru::ports::user::{Admission, Identity, NewUser, UserStore};
use maru::rest::dev_identity::DevIdentity;
use maru::rest::relation::RelationState;
use maru::rest::user::UserState;
use maru::rest::{auth, dev_identity, origin, problem, relation, user, web};
use maru::services::auth::{AuthService, LoginPolicy};
use maru::services::relation::RelationService;
use maru::services::user::UserService;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running server; it stops when dropped.
pub(crate) struct Server {
    pub(crate) public: PublicUrl,
    /// How the server signs in with its own development identity provider.
    pub(crate) dev_provider: Option<ProviderConfig>,
    pub(crate) store: Sqlite,
    task: JoinHandle<()>,
    data: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// With the development identity provider, as a developer starts it.
    pub(crate) async fn start() -> Self {
        Self::with(Vec::new(), true).await
    }

    /// With these providers, and the development one where wanted.
    pub(crate) async fn with(others: Vec<ProviderConfig>, dev: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bound = listener.local_addr().unwrap();
        let public: PublicUrl = format!("http://{bound}").parse().unwrap();
        let data = tempfile::tempdir().unwrap();
        let store = Sqlite::open(data.path()).await.unwrap();
        let dev = dev.then(|| identity(bound, &public, &store));
        let router = router(&public, &store, &others, dev.clone());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self {
            public,
            dev_provider: dev.map(|dev| dev.provider().unwrap()),
            store,
            task,
            data,
        }
    }

    /// Where its store lies.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// Moves somebody in, as the demo neighbourhood does.
    pub(crate) async fn move_in(&self, handle: &str, name: &str) -> User {
        let identity = Identity {
            provider: "dev".to_owned(),
            subject: handle.to_owned(),
        };
        let new = NewUser {
            id: UserId::generate(),
            front_room_id: RoomId::generate(),
            handles: vec![handle.to_owned()],
            display_name: PersonName::parse(name).unwrap(),
            look: Look([1, 2, 3, 4, 5, 6]),
            mood: "포근해요".to_owned(),
            bio: "마루에 살아요".to_owned(),
            at: WallMs(1),
        };
        match self.store.admit(&identity, &new).await.unwrap() {
            Admission::Created(user) => user,
            other => panic!("{handle} is new, yet {other:?}"),
        }
    }
}

fn identity(bound: SocketAddr, public: &PublicUrl, store: &Sqlite) -> DevIdentity {
    let people = UserService::new(Arc::new(store.clone()));
    DevIdentity::open(Mode::Development, bound, public, people, Clock::start()).unwrap()
}

fn router(
    public: &PublicUrl,
    store: &Sqlite,
    others: &[ProviderConfig],
    dev: Option<DevIdentity>,
) -> Router {
    let provider = |config| OAuthProvider::new(config, public).unwrap();
    let mut all: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    for config in others {
        all.push(Arc::new(provider(config)));
    }
    if let Some(dev) = &dev {
        let provider = provider(&dev.provider().unwrap());
        all.push(Arc::new(provider.named(DevIdentity::name())));
    }
    let policy = LoginPolicy {
        days_max: 90,
        idle_days: 30,
        encrypted_only: public.is_https(),
    };
    let store = Arc::new(store.clone());
    let (users, wardrobe) = (UserService::new(store.clone()), [3; 6]);
    let relations = RelationService::new(store.clone(), store.clone(), Clock::start());
    let auth = AuthService::new(all, store.clone(), store, policy, wardrobe, Clock::start());
    let mut router = Router::new()
        .merge(auth::router(auth.clone()))
        .merge(user::router(UserState {
            users,
            auth: auth.clone(),
        }))
        .merge(relation::router(RelationState { relations, auth }))
        .merge(web::router(public.clone()));
    if let Some(dev) = dev {
        router = router.merge(dev_identity::router(dev));
    }
    origin::guard(problem::finish(router), public.clone())
}
