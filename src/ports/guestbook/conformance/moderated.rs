//! What moderators do to entries.

use super::{Books, into, new};
use crate::domain::id::EntryId;
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::room::Visibility;
use crate::ports::guestbook::Wrote;
use crate::ports::visit::conformance::NOW;

pub(super) async fn conformance(books: Books<'_>) {
    what_is_held_is_told_of_once_it_is_let_through(books).await;
    moderators_hide_and_remove(books).await;
}

async fn what_is_held_is_told_of_once_it_is_let_through(books: Books<'_>) {
    let house = books.house;
    let [owner, author] = house.people("held").await;
    let room = house.room(owner, Visibility::Public).await;
    let mut held = new(into(room, false), author, "두고 볼 말", NOW);
    held.standing = Standing::Held;
    let Wrote::Done(_, told) = books.store.write(&held, None).await.unwrap() else {
        panic!("it is kept");
    };
    assert_eq!(told, []);
    let id = held.id.to_string();
    assert!(books.sees(held.id, Some(author)).await && !books.sees(held.id, Some(owner)).await);
    assert_eq!(books.texts(room, Some(owner)).await, (vec![], 0));
    assert!(
        books
            .content
            .stand(&id, Standing::Shown, NOW)
            .await
            .unwrap()
    );
    assert!(books.sees(held.id, Some(owner)).await && books.sees(held.id, None).await);
}

async fn moderators_hide_and_remove(books: Books<'_>) {
    let house = books.house;
    let [owner, author, other] = house.people("moderated").await;
    let room = house.room(owner, Visibility::Public).await;
    let (entry, _) = books.writes(into(room, true), author, "나쁜 비밀").await;
    let (content, id) = (books.content, entry.id.to_string());
    assert_eq!(content.kind(), ContentKind::GuestbookEntry);
    let seen = content.content(&id).await.unwrap().unwrap();
    assert_eq!(
        (seen.text.as_str(), seen.author),
        ("나쁜 비밀", Some(author))
    );
    assert!(content.is_seen_by(&id, owner).await.unwrap());
    assert!(!content.is_seen_by(&id, other).await.unwrap());
    for nothing in [EntryId::generate().to_string(), "x".to_owned()] {
        assert_eq!(content.content(&nothing).await.unwrap(), None);
        assert!(
            !content
                .stand(&nothing, Standing::Hidden, NOW)
                .await
                .unwrap()
        );
        assert!(!content.is_seen_by(&nothing, owner).await.unwrap());
    }
    for (standing, owner_sees, author_sees) in [
        (Standing::Hidden, false, true),
        (Standing::Shown, true, true),
        (Standing::Removed, false, false),
        (Standing::Shown, false, false),
    ] {
        assert!(content.stand(&id, standing, NOW).await.unwrap());
        assert_eq!(
            books.sees(entry.id, Some(owner)).await,
            owner_sees,
            "{standing:?}"
        );
        assert_eq!(books.sees(entry.id, Some(author)).await, author_sees);
    }
    let left = content.content(&id).await.unwrap().unwrap();
    assert_eq!((left.text.as_str(), left.standing), ("", Standing::Removed));
}
