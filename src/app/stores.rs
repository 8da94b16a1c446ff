//! What stands behind each port.

#[cfg(feature = "distributed")]
mod distributed;
mod embedded;
mod people;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::health::Waiting;
use super::nodes::Nodes;
use super::start_error::StartError;
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::service::Service;
use crate::ports::account::AccountStore;
use crate::ports::asset::{
    AssetReader, AssetStore, AssetWork, AvatarReader, PictureOwners, PurgeQueue,
};
use crate::ports::backend::Backend;
use crate::ports::discovery::{DiscoveryStore, PostsForDiscovery};
use crate::ports::events::{EventConsumers, EventLog, Outbox};
use crate::ports::guestbook::GuestbookStore;
use crate::ports::installation::Installation;
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::moderation::{Contents, ModeratedContent};
use crate::ports::muted_words::MutedWordStore;
use crate::ports::notification::{NotificationSink, NotificationStore};
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
pub(super) use embedded::stores_in;
pub(super) use people::Door;
use people::People;

/// The ports, each with what is behind it.
#[derive(Clone)]
pub(super) struct Stores {
    /// What this process cannot serve without.
    pub backends: Vec<Arc<dyn Backend>>,
    pub installation: Arc<dyn Installation>,

    pub users: Arc<dyn UserStore>,
    pub logins: Arc<dyn AuthStore>,
    pub profiles: Arc<dyn ProfileStore>,
    pub door: Door,
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
    /// Who is to hear what people choose for their accounts, where that is kept apart from their pictures.
    pub picture_owners: Option<Arc<dyn PictureOwners>>,

    pub discovery: Arc<dyn DiscoveryStore>,
    pub discovered_posts: Arc<dyn PostsForDiscovery>,

    /// What waits to be told of, by who writes it.
    pub outboxes: Vec<(Service, Arc<dyn Outbox>)>,
    pub log: Arc<dyn EventLog>,
    /// Where what other nodes changed is heard of. None: no other node is there to change anything.
    pub others: Option<Arc<dyn EventConsumers>>,
    /// Everything that keeps traces of people; the store of their accounts is the last.
    pub personal_data: Vec<Arc<dyn PersonalData>>,
    moderated_people: Arc<dyn ModeratedContent>,
    moderated: Moderated,
}

/// What moderators act on beside people. Rooms that are live are told, and who is given a picture or a mention back.
type Moderated = Arc<
    dyn Fn(&Arc<dyn RoomRecall>, &Arc<dyn NotificationSink>) -> Vec<Arc<dyn ModeratedContent>>
        + Send
        + Sync,
>;

/// What people make: rooms, posts and pictures, and the visits they pay.
pub(super) struct Documents {
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
    pub picture_owners: Option<Arc<dyn PictureOwners>>,
    pub outboxes: Vec<(Service, Arc<dyn Outbox>)>,
    /// Where all this is, if that is not where people are.
    pub backend: Option<Arc<dyn Backend>>,
    /// Empty where the store of people is the same one.
    pub personal_data: Vec<Arc<dyn PersonalData>>,
    pub moderated: Moderated,
}

/// What is told and counted.
pub(super) struct Facts {
    pub log: Arc<dyn EventLog>,
    pub others: Option<Arc<dyn EventConsumers>>,
    pub discovery: Arc<dyn DiscoveryStore>,
    pub discovered_posts: Arc<dyn PostsForDiscovery>,
}

/// The stores, and the work that saves of rooms need meanwhile.
pub(super) struct OpenedStores {
    pub stores: Stores,
    pub writing: BoxFuture<'static, ()>,
}

impl Stores {
    /// Opens what the settings name: PostgreSQL and what belongs beside it, or the embedded store.
    ///
    /// Stores that are away are waited for, and `waiting` is told which.
    pub(super) async fn open(
        config: &Config,
        nodes: &Nodes,
        waiting: &Waiting,
        clock: Clock,
    ) -> Result<OpenedStores, StartError> {
        match &config.backend.postgres {
            None => {
                let _ = (waiting, clock);
                embedded::open(config, nodes.lines.clone()).await
            }
            #[cfg(feature = "distributed")]
            Some(address) => distributed::open(config, address, nodes, waiting, clock).await,
            #[cfg(not(feature = "distributed"))]
            Some(_) => Err(StartError::EmbeddedOnly),
        }
    }

    fn of(people: People, documents: Documents, facts: Facts) -> Self {
        let of_people = people.outboxes.into_iter();
        let of_people = of_people.map(|outbox| (Service::User, outbox));
        let mut personal_data = documents.personal_data;
        personal_data.push(people.personal_data);
        Self {
            backends: std::iter::once(people.backend)
                .chain(documents.backend)
                .collect(),
            installation: people.installation,
            users: people.users,
            logins: people.logins,
            profiles: people.profiles,
            door: people.door,
            relations: people.relations,
            settings: people.settings,
            notices: people.notices,
            accounts: people.accounts,
            moderation: people.moderation,
            muted_words: people.muted_words,
            spam: people.spam,
            rooms: documents.rooms,
            shelf: documents.shelf,
            visits: documents.visits,
            guestbooks: documents.guestbooks,
            posts: documents.posts,
            post_upkeep: documents.post_upkeep,
            assets: documents.assets,
            shown_assets: documents.shown_assets,
            avatars: documents.avatars,
            asset_work: documents.asset_work,
            purges: documents.purges,
            picture_owners: documents.picture_owners,
            discovery: facts.discovery,
            discovered_posts: facts.discovered_posts,
            outboxes: of_people.chain(documents.outboxes).collect(),
            log: facts.log,
            others: facts.others,
            personal_data,
            moderated_people: people.moderated,
            moderated: documents.moderated,
        }
    }

    /// Everything that moderators act on.
    pub(super) fn contents(
        &self,
        recall: &Arc<dyn RoomRecall>,
        sink: &Arc<dyn NotificationSink>,
    ) -> Contents {
        let people = self.moderated_people.clone();
        let others = (self.moderated)(recall, sink);
        std::iter::once(people).chain(others).collect()
    }
}
