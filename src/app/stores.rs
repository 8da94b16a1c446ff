//! What stands behind each port.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::staging;
use super::start_error::StartError;
use crate::adapters::sqlite::{
    ContentOutbox, GuestbookContent, ModeratedAssets, ModeratedChat, ModeratedComments,
    ModeratedPeople, ModeratedPosts, ModeratedRooms, Sqlite, SqliteRooms, UserOutbox,
};
use crate::config::Config;
use crate::domain::service::Service;
use crate::ports::account::AccountStore;
use crate::ports::asset::{AssetReader, AssetStore, AssetWork, AvatarReader, PurgeQueue};
use crate::ports::discovery::{DiscoveryStore, PostsForDiscovery};
use crate::ports::events::{EventConsumers, EventLog, Outbox};
use crate::ports::guestbook::GuestbookStore;
use crate::ports::installation::Installation;
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::moderation::{Contents, ModeratedContent};
use crate::ports::muted_words::MutedWordStore;
use crate::ports::notification::{NotificationSink, NotificationStore};
use crate::ports::people::PeopleReader;
use crate::ports::personal_data::PersonalData;
use crate::ports::post::{PostStore, PostUpkeep};
use crate::ports::profile::ProfileStore;
use crate::ports::relations::RelationStore;
use crate::ports::room::{RoomRecall, RoomShelf, RoomStore};
use crate::ports::settings::SettingsStore;
use crate::ports::spam::SpamFacts;
use crate::ports::user::UserStore;
use crate::ports::visit::VisitStore;
use crate::services::auth::AuthStore;

/// The ports, each with what is behind it.
#[derive(Clone)]
pub(super) struct Stores {
    pub installation: Arc<dyn Installation>,

    pub users: Arc<dyn UserStore>,
    pub logins: Arc<dyn AuthStore>,
    pub profiles: Arc<dyn ProfileStore>,
    pub people: Arc<dyn PeopleReader>,
    pub relations: Arc<dyn RelationStore>,
    pub settings: Arc<dyn SettingsStore>,
    pub notices: Arc<dyn NotificationStore>,
    pub accounts: Arc<dyn AccountStore>,
    pub moderation: Arc<dyn ModerationStore>,
    pub muted_words: Arc<dyn MutedWordStore>,
    pub spam: Arc<dyn SpamFacts>,

    pub rooms: Arc<dyn RoomStore>,
    pub shelf: Arc<dyn RoomShelf>,
    pub visits: Arc<dyn VisitStore>,
    pub guestbooks: Arc<dyn GuestbookStore>,

    pub posts: Arc<dyn PostStore>,
    pub post_upkeep: Arc<dyn PostUpkeep>,

    pub assets: Arc<dyn AssetStore>,
    pub shown_assets: Arc<dyn AssetReader>,
    pub avatars: Arc<dyn AvatarReader>,
    pub asset_work: Arc<dyn AssetWork>,
    pub purges: Arc<dyn PurgeQueue>,

    pub discovery: Arc<dyn DiscoveryStore>,
    pub discovered_posts: Arc<dyn PostsForDiscovery>,

    /// What waits to be told of, by who writes it.
    pub outboxes: Vec<(Service, Arc<dyn Outbox>)>,
    pub log: Arc<dyn EventLog>,
    /// Where what other nodes changed is heard of. None: no other node is there to change anything.
    pub others: Option<Arc<dyn EventConsumers>>,
    /// Everything that keeps traces of people.
    pub personal_data: Vec<Arc<dyn PersonalData>>,
    moderated: Moderated,
}

/// What moderators act on lies in the same stores.
#[derive(Clone)]
enum Moderated {
    Embedded(Sqlite),
}

/// The stores, and the work that saves of rooms need meanwhile.
pub(super) struct OpenedStores {
    pub stores: Stores,
    pub writing: BoxFuture<'static, ()>,
}

impl Stores {
    /// Opens what the settings name.
    pub(super) async fn open(
        config: &Config,
        sink: Arc<dyn NotificationSink>,
    ) -> Result<OpenedStores, StartError> {
        let sqlite = Sqlite::open(&config.store.data).await?;
        staging::clear(&config.store.data).map_err(StartError::Leftovers)?;
        let (rooms, writing) = SqliteRooms::notifying(sqlite.clone(), sink);
        rooms.end_leases().await.map_err(StartError::Leases)?;
        Ok(OpenedStores {
            stores: Self::embedded(sqlite, rooms),
            writing: Box::pin(writing),
        })
    }

    /// Everything in one file.
    pub(super) fn embedded(sqlite: Sqlite, rooms: SqliteRooms) -> Self {
        let all = Arc::new(sqlite.clone());
        let rooms = Arc::new(rooms);
        Self {
            installation: all.clone(),
            users: all.clone(),
            logins: all.clone(),
            profiles: all.clone(),
            people: all.clone(),
            relations: all.clone(),
            settings: all.clone(),
            notices: all.clone(),
            accounts: all.clone(),
            moderation: all.clone(),
            muted_words: all.clone(),
            spam: all.clone(),
            rooms: rooms.clone(),
            shelf: rooms,
            visits: all.clone(),
            guestbooks: all.clone(),
            posts: all.clone(),
            post_upkeep: all.clone(),
            assets: all.clone(),
            shown_assets: all.clone(),
            avatars: all.clone(),
            asset_work: all.clone(),
            purges: all.clone(),
            discovery: all.clone(),
            discovered_posts: all.clone(),
            outboxes: vec![
                (Service::Room, all.clone()),
                (Service::User, Arc::new(UserOutbox(sqlite.clone()))),
                (Service::Post, Arc::new(ContentOutbox(sqlite.clone()))),
            ],
            log: all.clone(),
            others: None,
            personal_data: vec![all],
            moderated: Moderated::Embedded(sqlite),
        }
    }

    /// Everything that moderators act on: each store that keeps what people write has its line here.
    pub(super) fn contents(
        &self,
        recall: &Arc<dyn RoomRecall>,
        sink: &Arc<dyn NotificationSink>,
    ) -> Contents {
        let Moderated::Embedded(sqlite) = &self.moderated;
        let all: [Arc<dyn ModeratedContent>; 7] = [
            Arc::new(ModeratedPeople(sqlite.clone())),
            Arc::new(ModeratedRooms {
                sqlite: sqlite.clone(),
                recall: recall.clone(),
            }),
            Arc::new(ModeratedChat {
                sqlite: sqlite.clone(),
                recall: recall.clone(),
            }),
            Arc::new(ModeratedPosts::new(sqlite.clone(), sink.clone())),
            Arc::new(ModeratedComments::new(sqlite.clone(), sink.clone())),
            Arc::new(GuestbookContent(sqlite.clone())),
            Arc::new(ModeratedAssets(sqlite.clone())),
        ];
        all.into_iter().collect()
    }
}
