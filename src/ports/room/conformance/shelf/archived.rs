//! The part of the suite about rooms that are put away.

use super::super::{claim, present, save_of};
use super::{AT, MOST, Store, room_of};
use crate::domain::id::{NodeId, UserId};
use crate::domain::version::Expected;
use crate::ports::room::SaveOutcome;

/// Whoever holds an archived room knows that it is one; whoever was in it is forgotten; and it comes back to all when
/// it is taken out, which fences off whoever holds it.
pub(super) async fn its_owner_comes_to_look(store: &impl Store) {
    let owner = UserId::generate();
    let (new, node) = (room_of(owner, "다락방"), NodeId::generate());
    let (id, any) = (new.card.id, Expected::Any);
    store.make(new, MOST, None).await.unwrap();
    let mut save = save_of(&claim(store, id, node).await, node, 1);
    save.roster = Some(vec![present()]);
    store.save(save).await.unwrap();
    store.archive(owner, id, &any, AT).await.unwrap();
    let looking = claim(store, id, node).await;
    assert!(looking.card.access.shut.archived);
    assert_eq!(looking.roster, []);
    let save = save_of(&looking, node, 1);
    let saved = store.save(save).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Saved { .. }));
    assert_eq!(store.last_save(id).await.unwrap(), Some((looking.epoch, 2)));
    let public = store.list_public(None, 10_000).await.unwrap();
    assert!(public.iter().all(|(room, _)| room.card.id != id));
    let fence = store.unarchive(owner, id, &any).await.unwrap();
    assert!(fence.is_some_and(|epoch| epoch > looking.epoch));
    let late = save_of(&looking, node, 2);
    assert_eq!(store.save(late).await.unwrap(), SaveOutcome::Fenced);
    assert!(!claim(store, id, node).await.card.access.shut.archived);
}
