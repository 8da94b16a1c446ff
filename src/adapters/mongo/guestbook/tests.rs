//! The suites of guestbooks on a real server, and what is told of entries.

use std::sync::Arc;

use super::{GuestbookNeighbours, MongoGuestbookContent, MongoGuestbooks};
use crate::adapters::mongo::room::MongoRooms;
use crate::adapters::mongo::stage::{Files, Notices, Stage};
use crate::adapters::mongo::visit::MongoVisitOutbox;
use crate::adapters::sqlite::Sqlite;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::{CaseState, Standing};
use crate::domain::room::Visibility;
use crate::domain::visit::EntryText;
use crate::ports::events::Outbox;
use crate::ports::guestbook::conformance::{Books, conformance};
use crate::ports::guestbook::{
    Changed, GuestbookStore, GuestbooksUnavailable, NewEntry, Target, Wrote,
};
use crate::ports::moderation::ModeratedContent;
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::notification::NotificationStore;
use crate::ports::personal_data::{Erasing, PersonalData};
use crate::ports::room::RoomStore;
use crate::ports::visit::conformance::{House, NOW};

struct Here {
    books: MongoGuestbooks,
    content: MongoGuestbookContent,
    outbox: MongoVisitOutbox,
    rooms: MongoRooms,
    people: Sqlite,
    notices: Arc<Notices>,
    _folder: tempfile::TempDir,
}

impl Here {
    async fn of(stage: &Stage) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let people = Sqlite::open(folder.path()).await.unwrap();
        let all = Arc::new(people.clone());
        let notices = Arc::new(Notices::new(people.clone()));
        let near = GuestbookNeighbours {
            people: all.clone(),
            notices: notices.clone(),
            cases: all.clone(),
            sink: notices.clone(),
        };
        let outbox = MongoVisitOutbox::new(stage.mongo.clone());
        let books = MongoGuestbooks::new(stage.mongo.clone(), near, &outbox);
        Self {
            content: MongoGuestbookContent {
                books: books.clone(),
                clock: Clock::start(),
            },
            books,
            outbox,
            rooms: MongoRooms::new(stage.mongo.clone(), all.clone(), all),
            people,
            notices,
            _folder: folder,
        }
    }

    fn house(&self) -> House<'_> {
        House {
            users: &self.people,
            rooms: &self.rooms,
            relations: &self.people,
            settings: &self.people,
        }
    }

    async fn written(&self, room: RoomId, author: UserId, standing: Standing) -> EntryId {
        let new = NewEntry {
            id: EntryId::generate(),
            target: Target::Room {
                room,
                is_secret: false,
            },
            author,
            text: EntryText::parse("두고 볼 말").unwrap(),
            standing,
            at: NOW,
        };
        let wrote = self.books.write(&new, None).await.unwrap();
        assert!(matches!(wrote, Wrote::Done(..)));
        new.id
    }

    /// Whether there may be more to tell after what was told now.
    async fn settled(&self, now: WallMs) -> Result<bool, GuestbooksUnavailable> {
        GuestbookStore::settle(&self.books, now).await
    }

    /// How many events wait, and how many notices this person finds.
    async fn told(&self, who: UserId) -> (usize, usize) {
        let events = self.outbox.waiting(0, 99).await.unwrap().len();
        let notices = self.people.list(who, None, 99).await.unwrap().len();
        (events, notices)
    }
}

#[tokio::test]
async fn keeps_what_a_guestbook_store_promises() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    conformance(Books {
        store: &here.books,
        content: &here.content,
        house: here.house(),
    })
    .await;
    stage.end().await;
}

#[tokio::test]
async fn an_entry_is_told_of_once_and_goes_with_its_room() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    let [owner, author] = here.house().people("told").await;
    let room = here.house().room(owner, Visibility::Public).await;
    let entry = here.written(room, author, Standing::Held).await;
    assert_eq!(here.told(owner).await, (0, 0));
    let cases = here.people.cases(CaseState::Open, None, 9).await.unwrap();
    assert_eq!(cases[0].subject, entry.to_string(), "a moderator looks");
    for (standing, notices) in [
        (Standing::Shown, 1),
        (Standing::Hidden, 0),
        (Standing::Shown, 1),
        (Standing::Removed, 0),
    ] {
        let id = entry.to_string();
        assert!(here.content.stand(&id, standing, NOW).await.unwrap());
        assert_eq!(here.told(owner).await, (1, notices), "{standing:?}");
    }
    here.rooms.delete(room).await.unwrap();
    let left = here.content.content(&entry.to_string()).await.unwrap();
    assert_eq!(left, None);
    stage.end().await;
}

#[tokio::test]
async fn what_could_not_be_told_is_told_later() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    let [owner, author] = here.house().people("late").await;
    let room = here.house().room(owner, Visibility::Public).await;
    here.notices.are_away(true);
    let entry = here.written(room, author, Standing::Shown).await;
    assert_eq!(here.told(owner).await, (1, 0));
    let later = |seconds: u64| WallMs(NOW.0 + seconds * 1_000);
    assert!(here.settled(later(20)).await.is_err(), "still away");
    here.notices.are_away(false);
    assert!(!here.settled(later(21)).await.unwrap());
    assert_eq!(here.told(owner).await, (1, 0), "it has its time");
    assert!(!here.settled(later(40)).await.unwrap());
    assert_eq!(here.told(owner).await, (1, 1));
    assert_eq!(here.notices.heard(), [owner]);
    // The same of what is taken away.
    here.notices.are_away(true);
    let gone = here.books.delete(entry, author, false, later(50)).await;
    assert_eq!(gone.unwrap(), Changed::Done(()));
    assert_eq!(here.books.entry(entry, None, NOW).await.unwrap(), None);
    here.notices.are_away(false);
    assert!(!here.settled(later(90)).await.unwrap());
    assert_eq!(here.told(owner).await, (1, 0));
    stage.end().await;
}

#[tokio::test]
async fn whoever_is_erased_takes_their_words_along() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    let [owner, author] = here.house().people("erased").await;
    let room = here.house().room(owner, Visibility::Public).await;
    let entry = here.written(room, author, Standing::Shown).await;
    let own = here.written(room, owner, Standing::Shown).await;
    for (who, received) in [(author, 0), (owner, 1)] {
        let files = Files::of(&here.books, who).await;
        let wanted = [("guestbook", 1), ("guestbook_received", received)];
        assert_eq!(files.sizes(), wanted);
        assert_eq!(files.file("guestbook")[0]["text"], "두고 볼 말");
    }
    let mut steps = 0;
    while here.books.erase(author, NOW).await.unwrap() == Erasing::Begun {
        steps += 1;
    }
    assert_eq!(steps, 1);
    let there = async |id| here.books.entry(id, None, NOW).await.unwrap().is_some();
    assert!(!there(entry).await && there(own).await);
    let left = here.outbox.waiting(0, 9).await.unwrap();
    assert_eq!(left.len(), 1, "nothing waits that names them");
    stage.end().await;
}
