//! Everything in one file.

use std::sync::Arc;

use super::people::People;
use super::{Documents, Facts, Moderated, OpenedStores, Stores};
use crate::adapters::sqlite::{
    ContentOutbox, GuestbookContent, ModeratedAssets, ModeratedChat, ModeratedComments,
    ModeratedPeople, ModeratedPosts, ModeratedRooms, Sqlite, SqliteRooms, UserOutbox,
};
use crate::app::staging;
use crate::app::start_error::StartError;
use crate::config::Config;
use crate::domain::service::Service;
use crate::ports::moderation::ModeratedContent;
use crate::ports::notification::NotificationSink;
use crate::ports::room::RoomRecall;

/// Opens the data folder, which is this process's alone from then on.
pub(super) async fn open(
    config: &Config,
    sink: Arc<dyn NotificationSink>,
) -> Result<OpenedStores, StartError> {
    let sqlite = Sqlite::open(&config.store.data).await?;
    staging::clear(&config.store.data).map_err(StartError::Leftovers)?;
    let (rooms, writing) = SqliteRooms::notifying(sqlite.clone(), sink);
    rooms.end_leases().await.map_err(StartError::Leases)?;
    Ok(OpenedStores {
        stores: stores_in(sqlite, rooms),
        writing: Box::pin(writing),
    })
}

/// The ports over this store.
pub(in crate::app) fn stores_in(sqlite: Sqlite, rooms: SqliteRooms) -> Stores {
    let all = Arc::new(sqlite.clone());
    let people = People::of(
        &all,
        vec![Arc::new(UserOutbox(sqlite.clone()))],
        Arc::new(ModeratedPeople(sqlite.clone())),
    );
    let rooms = Arc::new(rooms);
    let documents = Documents {
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
        picture_owners: None,
        outboxes: vec![
            (Service::Room, all.clone()),
            (Service::Post, Arc::new(ContentOutbox(sqlite.clone()))),
        ],
        backend: None,
        personal_data: Vec::new(),
        moderated: moderated(sqlite),
    };
    let facts = Facts {
        log: all.clone(),
        others: None,
        discovery: all.clone(),
        discovered_posts: all,
    };
    Stores::of(people, documents, facts)
}

/// Each table of what people write has its line here.
fn moderated(sqlite: Sqlite) -> Moderated {
    Arc::new(
        move |recall: &Arc<dyn RoomRecall>, sink: &Arc<dyn NotificationSink>| {
            let all: [Arc<dyn ModeratedContent>; 6] = [
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
            Vec::from(all)
        },
    )
}
