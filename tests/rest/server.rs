//! A server of the sign-in side on a free port, over a store of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use maru::adapters::oauth::OAuthProvider;
use maru::adapters::sqlite::{Sqlite, SqliteRooms};
use maru::config::{DEV_ISSUER, Mode, ProviderConfig, PublicUrl};
use maru::domain::asset::LinkKeys;
use maru::domain::audit::Trace;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{RoomId, UserId};
use maru::domain::scope::Scopes;
use maru::domain::text::PersonName;
use maru::domain::user::{Look, User};
use maru::ports::asset::Allowance;
use maru::ports::identity::IdentityProvider;
use maru::ports::profile::{HANDLE_KEPT_MS, HandleRules};
use maru::ports::user::{Admission, Identity, NewUser, UserStore};
use maru::rest::asset::MediaLinks;
use maru::rest::cursor::{self, CursorKey};
use maru::rest::dev_identity::DevIdentity;
use maru::rest::notification::NotificationState;
use maru::rest::post::PostsState;
use maru::rest::relation::RelationState;
use maru::rest::user::UserState;
use maru::rest::{
    audit, auth, dev_identity, idempotency, identity, login, muted_word, notification, origin,
    permission, personal_token, post, problem, relation, user, web,
};
use maru::services::account::{AccountParts, AccountService};
use maru::services::asset::{AssetParts, AssetService, MediaRules};
use maru::services::auth::{App, AuthService, Issuance, LoginPolicy};
use maru::services::muted_words::MutedWordService;
use maru::services::notification::NotificationService;
use maru::services::post::PostService;
use maru::services::profile::ProfileService;
use maru::services::relation::RelationService;
use maru::services::room::{OriginKey, RoomService};
use maru::services::screen::Screen;
use maru::services::settings::SettingsService;
use maru::services::user::UserService;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use utoipa_axum::router::OpenApiRouter;

/// How long the server waits for browsers to come back.
const PENDING_MS: u64 = 10 * 60 * 1_000;

/// A running server; it stops when dropped.
pub(crate) struct Server {
    pub(crate) public: PublicUrl,
    /// How the server signs in with its own development identity provider.
    pub(crate) dev_provider: Option<ProviderConfig>,
    pub(crate) store: Sqlite,
    /// The service behind the routes.
    pub(crate) auth: AuthService,
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
        Self::waiting(others, dev, PENDING_MS).await
    }

    /// The same, which waits so long for browsers to come back from providers.
    pub(crate) async fn waiting(others: Vec<ProviderConfig>, dev: bool, pending_ms: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bound = listener.local_addr().unwrap();
        let public: PublicUrl = format!("http://{bound}").parse().unwrap();
        let data = tempfile::tempdir().unwrap();
        let store = Sqlite::open(data.path()).await.unwrap();
        let dev = dev.then(|| dev_identity_of(bound, &public, &store));
        let (router, auth) = router(&public, &store, &others, dev.clone(), pending_ms);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self {
            public,
            dev_provider: dev.map(|dev| dev.provider().unwrap()),
            store,
            auth,
            task,
            data,
        }
    }

    /// Where its store lies.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// Changes what the server has kept, as only time or an accident does.
    pub(crate) async fn sql(&self, statement: &'static str) {
        sqlx::query(statement)
            .execute(&mut self.beside().await)
            .await
            .unwrap();
    }

    /// Lets everybody have signed in so long ago.
    pub(crate) async fn age_logins(&self, ms: i64) {
        sqlx::query("UPDATE login SET authenticated_ms = authenticated_ms - ?")
            .bind(ms)
            .execute(&mut self.beside().await)
            .await
            .unwrap();
    }

    /// A number the server has kept.
    pub(crate) async fn number(&self, query: &'static str) -> i64 {
        let mut store = self.beside().await;
        sqlx::query_scalar(query)
            .fetch_one(&mut store)
            .await
            .unwrap()
    }

    async fn beside(&self) -> SqliteConnection {
        let file = SqliteConnectOptions::new().filename(self.data().join("maru.sqlite3"));
        let patient = file.busy_timeout(std::time::Duration::from_secs(10));
        patient.connect().await.unwrap()
    }

    /// Moves somebody in, as the demo neighbourhood does.
    pub(crate) async fn move_in(&self, handle: &str, name: &str) -> User {
        let identity = Identity {
            provider: "dev".to_owned(),
            issuer: DEV_ISSUER.to_owned(),
            subject: handle.to_owned(),
            email: None,
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
            trace: Trace::default(),
        };
        match self.store.admit(&identity, &new).await.unwrap() {
            Admission::Created(user) => user,
            other => panic!("{handle} is new, yet {other:?}"),
        }
    }
}

fn dev_identity_of(bound: SocketAddr, public: &PublicUrl, store: &Sqlite) -> DevIdentity {
    let people = UserService::new(Arc::new(store.clone()));
    DevIdentity::open(Mode::Development, bound, public, people, Clock::start()).unwrap()
}

/// A native app.
fn app(id: &str) -> App {
    let uris = [
        format!("com.example.{id}:/callback"),
        "http://127.0.0.1/callback".to_owned(),
    ];
    App {
        id: id.to_owned(),
        name: id.to_owned(),
        redirect_uris: uris.iter().map(|uri| uri.parse().unwrap()).collect(),
        // The tablet keeps to what is usual.
        scopes: match id {
            "tablet" => Scopes::USUAL,
            _ => Scopes::all(),
        },
    }
}

fn router(
    public: &PublicUrl,
    store: &Sqlite,
    others: &[ProviderConfig],
    dev: Option<DevIdentity>,
    pending_ms: u64,
) -> (Router, AuthService) {
    let provider = |config| OAuthProvider::new(config, public, Clock::start()).unwrap();
    let mut all: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    for config in others {
        all.push(Arc::new(provider(config)));
    }
    if let Some(dev) = &dev {
        all.push(Arc::new(provider(&dev.provider().unwrap())));
    }
    let policy = LoginPolicy {
        days_max: 90,
        idle_days: 30,
        encrypted_only: public.is_https(),
    };
    let issuance = Issuance {
        issuer: public.origin().to_owned(),
        secret: [7; 32],
        apps: vec![app("phone"), app("tablet")],
    };
    let store = Arc::new(store.clone());
    let wardrobe = [3; 6];
    let rules = HandleRules {
        pause_ms: 14 * 24 * 60 * 60 * 1_000,
        kept_ms: HANDLE_KEPT_MS,
    };
    let profiles = ProfileService::new(store.clone(), store.clone(), rules, Clock::start());
    let settings = SettingsService::new(store.clone(), Clock::start());
    let (rooms, work) = SqliteRooms::new(Sqlite::clone(&store));
    tokio::spawn(work);
    let rooms = Arc::new(rooms);
    let origin_key = OriginKey::new([7; 32]);
    let people = (store.clone(), store.clone());
    let doors = RoomService::new(
        rooms.clone(),
        people.0,
        people.1,
        origin_key,
        Clock::start(),
    );
    let accounts = AccountParts {
        accounts: store.clone(),
        rooms,
        stores: vec![store.clone()],
        ends: None,
        recall: None,
        grace_ms: 14 * 24 * 60 * 60 * 1_000,
    };
    let accounts = AccountService::new(accounts, Clock::start());
    let relations = RelationService::new(store.clone(), store.clone(), Clock::start());
    let notifications = NotificationService::new(store.clone(), Clock::start());
    let words = MutedWordService::new(store.clone(), Clock::start());
    let posts = PostService::new(
        store.clone(),
        store.clone(),
        store.clone(),
        Screen::filtering().unwrap(),
        Clock::start(),
    );
    let posts = posts.sparing(store.clone()).showing(store.clone());
    let keys = LinkKeys::new([7; 32]);
    let links = MediaLinks::new(None, keys.clone(), Clock::start());
    let assets = AssetParts {
        store: store.clone(),
        avatars: store.clone(),
        bytes: Arc::new(object_store::memory::InMemory::new()),
        rules: MediaRules {
            upload_bytes_max: 1_000_000,
            allowance: Allowance {
                count: 9,
                bytes: 9_000_000,
            },
            part_bytes: 65_536,
        },
        keys,
        wake: Arc::default(),
    };
    let assets = AssetService::new(assets, Clock::start());
    let auth = AuthService::new(
        all,
        store.clone(),
        store,
        policy,
        issuance,
        wardrobe,
        Clock::start(),
    );
    let auth = auth.waiting(pending_ms);
    let api = OpenApiRouter::default()
        .merge(auth::router(auth.clone()))
        .merge(identity::router(auth.clone()))
        .merge(login::router(auth.clone()))
        .merge(personal_token::router(auth.clone()))
        .merge(audit::router(auth.clone()))
        .merge(permission::router(auth.clone()))
        .merge(user::router(UserState {
            profiles,
            accounts,
            settings,
            relations: relations.clone(),
            rooms: doors,
            assets,
            links: links.clone(),
            public: public.clone(),
            auth: auth.clone(),
        }))
        .merge(post::router(PostsState {
            posts,
            links,
            auth: auth.clone(),
        }))
        .merge(notification::router(NotificationState {
            notifications,
            auth: auth.clone(),
        }))
        .merge(muted_word::router(muted_word::MutedWordState {
            words,
            auth: auth.clone(),
        }))
        .merge(relation::router(RelationState {
            relations,
            auth: auth.clone(),
        }));
    let mut router = Router::from(api).merge(web::router(public.clone(), None));
    if let Some(dev) = dev {
        router = router.merge(dev_identity::router(dev));
    }
    let router = cursor::sealing(router, CursorKey::new(&[7; 32]));
    let router = idempotency::guard(problem::finish(router), Some(auth.clone()), Clock::start());
    (origin::guard(router, public.clone()), auth)
}
