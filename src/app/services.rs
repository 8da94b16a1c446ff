//! The services over what is behind their ports.

use std::sync::Arc;

use super::stores::Stores;
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::ports::moderation::Contents;
use crate::ports::profile::{HANDLE_KEPT_MS, HandleRules};
use crate::ports::whereabouts::Whereabouts;
use crate::realtime::gate::Gate;
use crate::realtime::lines::Lines;
use crate::realtime::rooms::Rooms;
use crate::services::account::{AccountParts, AccountService};
use crate::services::discovery::DiscoveryService;
use crate::services::guestbook::GuestbookService;
use crate::services::moderation::ModerationService;
use crate::services::muted_words::MutedWordService;
use crate::services::notification::NotificationService;
use crate::services::post::PostService;
use crate::services::profile::ProfileService;
use crate::services::relation::RelationService;
use crate::services::room::RoomService;
use crate::services::screen::Screen;
use crate::services::settings::SettingsService;
use crate::services::telling::Telling;
use crate::services::user::UserService;
use crate::services::visit::VisitService;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How long a closed account may come back.
pub(super) fn deletion_grace_ms(config: &Config) -> u64 {
    u64::from(config.auth.deletion_grace_days) * DAY_MS
}

/// Whom services tell, and what they look through texts with.
pub(super) struct Around {
    pub screen: Screen,
    pub telling: Telling,
    pub lines: Arc<Lines>,
    pub gate: Arc<Gate>,
    pub live_rooms: Arc<Rooms>,
    pub whereabouts: Arc<dyn Whereabouts>,
    pub contents: Contents,
}

/// Those that need nothing of the network: sign-in and pictures are put together apart.
pub(super) struct Services {
    pub users: UserService,
    pub accounts: AccountService,
    pub profiles: ProfileService,
    pub relations: RelationService,
    pub settings: SettingsService,
    pub notifications: NotificationService,
    pub moderation: ModerationService,
    pub muted_words: MutedWordService,
    pub rooms: RoomService,
    pub visits: VisitService,
    pub guestbooks: GuestbookService,
    pub posts: PostService,
    pub discovery: DiscoveryService,
}

impl Services {
    pub(super) fn new(
        config: &Config,
        stores: &Stores,
        rooms: RoomService,
        around: Around,
        clock: Clock,
    ) -> Self {
        let Around {
            screen,
            telling,
            lines,
            gate,
            live_rooms,
            whereabouts,
            contents,
        } = around;
        let handle_rules = HandleRules {
            pause_ms: u64::from(config.auth.handle_change_days) * DAY_MS,
            kept_ms: HANDLE_KEPT_MS,
        };
        let closing = AccountParts {
            accounts: stores.accounts.clone(),
            rooms: stores.rooms.clone(),
            stores: stores.personal_data.clone(),
            ends: Some(gate.clone()),
            recall: Some(live_rooms),
            grace_ms: deletion_grace_ms(config),
        };
        let profiles = ProfileService::new(
            stores.profiles.clone(),
            stores.relations.clone(),
            handle_rules,
            clock,
        );
        let relations = RelationService::new(stores.users.clone(), stores.relations.clone(), clock);
        let posts = PostService::new(
            stores.posts.clone(),
            stores.users.clone(),
            stores.relations.clone(),
            screen.clone(),
            clock,
        );
        let guestbooks = GuestbookService::new(stores.guestbooks.clone(), screen.clone(), clock);
        let moderation = ModerationService::new(stores.moderation.clone(), contents, clock);
        let visits = VisitService::new(
            stores.visits.clone(),
            stores.discovery.clone(),
            config.visits.utc_offset,
            clock,
        );
        Self {
            users: UserService::new(stores.users.clone()),
            accounts: AccountService::new(closing, clock),
            profiles: profiles.telling(lines).screened_by(screen.clone()),
            relations: relations.telling(telling.clone()).screened_by(screen),
            settings: SettingsService::new(stores.settings.clone(), clock).telling(telling.clone()),
            notifications: NotificationService::new(stores.notices.clone(), clock),
            moderation: moderation.telling(telling.clone(), gate),
            muted_words: MutedWordService::new(stores.muted_words.clone(), clock),
            rooms: rooms.seeing(whereabouts, stores.settings.clone()),
            visits,
            guestbooks: guestbooks
                .telling(telling.clone())
                .sparing(stores.muted_words.clone()),
            posts: posts
                .telling(telling)
                .sparing(stores.muted_words.clone())
                .showing(stores.shown_assets.clone()),
            discovery: DiscoveryService::new(
                stores.discovery.clone(),
                stores.discovered_posts.clone(),
                clock,
            ),
        }
    }
}
