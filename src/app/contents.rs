//! Everything that moderators act on: each store that keeps what people write has its line here.

use std::sync::Arc;

use crate::adapters::sqlite::{
    GuestbookContent, ModeratedAssets, ModeratedChat, ModeratedComments, ModeratedPeople,
    ModeratedPosts, ModeratedRooms, Sqlite,
};
use crate::ports::moderation::{Contents, ModeratedContent};
use crate::ports::notification::NotificationSink;
use crate::ports::room::RoomRecall;

pub(super) fn contents(
    sqlite: &Sqlite,
    recall: &Arc<dyn RoomRecall>,
    sink: &Arc<dyn NotificationSink>,
) -> Contents {
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
