//! Ties and testimonials.

use super::super::{List, Testified, Tied};
use super::{Both, NOW, heard, line, nickname};
use crate::domain::clock::WallMs;
use crate::domain::notification::NoticeKind;
use crate::domain::relation::Tie;

pub(super) async fn conformance(both: Both<'_>) {
    a_tie_is_made_by_both_and_each_names_the_other(both).await;
    two_who_ask_at_once_are_tied(both).await;
    whoever_asks_may_be_declined_and_take_it_back(both).await;
    testimonials_are_written_by_ties_and_removed_by_either(both).await;
    nobody_asks_without_end(both).await;
}

async fn a_tie_is_made_by_both_and_each_names_the_other(both: Both<'_>) {
    let [one, two] = both.people("tie").await;
    let store = both.store;
    let ask = |from, to, name| async move {
        let tied = store.tie_to(from, to, &nickname(name), NOW).await;
        tied.unwrap()
    };
    let asked = ask(one, two, "단짝").await;
    assert_eq!(asked.outcome, Tied::Requested);
    assert_eq!(heard(&asked.told), [(two, NoticeKind::TieRequest)]);
    let again = ask(one, two, "친구").await;
    assert_eq!((again.outcome, again.told), (Tied::Requested, vec![]));
    assert!(both.relation(one, two).await.unwrap().tie_asked);
    assert!(both.relation(two, one).await.unwrap().tie_asked_by);
    assert_eq!(both.counts(one).await, (0, 0, 0), "asking is no tie");

    let made = ask(two, one, "언니").await;
    assert_eq!(made.outcome, Tied::Now);
    assert_eq!(heard(&made.told), [(one, NoticeKind::TieMade)]);
    let tie = |mine: &str, theirs: &str| {
        Some(Tie {
            nickname_mine: mine.to_owned(),
            nickname_theirs: theirs.to_owned(),
            since: NOW,
        })
    };
    assert_eq!(store.tie(one, two).await.unwrap(), tie("친구", "언니"));
    assert_eq!(store.tie(two, one).await.unwrap(), tie("언니", "친구"));
    let relation = both.relation(one, two).await.unwrap();
    assert_eq!(relation.tie, tie("친구", "언니"));
    assert!(!relation.tie_asked && !relation.tie_asked_by);
    assert_eq!(both.counts(one).await, (0, 0, 1));
    assert_eq!(both.counts(two).await, (0, 0, 1));

    assert_eq!(ask(one, two, "동생").await.outcome, Tied::Already);
    assert_eq!(store.tie(two, one).await.unwrap(), tie("언니", "동생"));
    assert!(store.untie(two, one).await.unwrap());
    assert!(!store.untie(one, two).await.unwrap());
    assert_eq!(store.tie(one, two).await.unwrap(), None);
    assert_eq!(both.counts(one).await, (0, 0, 0));
    assert_eq!(both.counts(two).await, (0, 0, 0));
}

async fn two_who_ask_at_once_are_tied(both: Both<'_>) {
    let [one, two] = both.people("meet").await;
    let store = both.store;
    let (mine, yours) = (nickname("나"), nickname("너"));
    let asked = tokio::join!(
        store.tie_to(one, two, &mine, NOW),
        store.tie_to(two, one, &yours, NOW)
    );
    let outcomes = [asked.0.unwrap().outcome, asked.1.unwrap().outcome];
    assert!(outcomes.contains(&Tied::Requested) && outcomes.contains(&Tied::Now));
    assert!(store.tie(one, two).await.unwrap().is_some());
    assert!(!both.relation(one, two).await.unwrap().tie_asked_by);
}

async fn whoever_asks_may_be_declined_and_take_it_back(both: Both<'_>) {
    let [one, two] = both.people("declined").await;
    let store = both.store;
    for declines in [two, one] {
        let asked = store.tie_to(one, two, &nickname("별"), NOW).await.unwrap();
        assert_eq!(asked.outcome, Tied::Requested);
        let other = if declines == two { one } else { two };
        assert!(store.untie(declines, other).await.unwrap());
        assert!(!both.relation(one, two).await.unwrap().tie_asked);
    }
}

async fn testimonials_are_written_by_ties_and_removed_by_either(both: Both<'_>) {
    let [owner, author, stranger] = both.people("line").await;
    let store = both.store;
    let lines = || async move {
        let lines = store
            .list(List::Testimonials, owner, None, NOW, None, 9)
            .await;
        let lines = lines.unwrap().into_iter();
        lines
            .map(|entry| (entry.user.id, entry.text.unwrap()))
            .collect::<Vec<_>>()
    };
    both.tied(owner, author).await;
    let by_stranger = store.testify(stranger, owner, &line("안녕"), NOW).await;
    assert_eq!(by_stranger.unwrap().outcome, Testified::NotTied);
    let written = store
        .testify(author, owner, &line("웃음이 예뻐요"), NOW)
        .await
        .unwrap();
    assert_eq!(written.outcome, Testified::Done);
    assert_eq!(heard(&written.told), [(owner, NoticeKind::Testimonial)]);
    let later = WallMs(NOW.0 + 1);
    let again = store
        .testify(author, owner, &line("정말로"), later)
        .await
        .unwrap();
    assert_eq!(again.told, [], "told once");
    assert_eq!(lines().await, [(author, "정말로".to_owned())]);
    assert!(!store.remove_testimonial(owner, author).await.unwrap());
    assert!(store.remove_testimonial(author, owner).await.unwrap());
    assert!(!store.remove_testimonial(author, owner).await.unwrap());
    assert_eq!(lines().await, []);

    store
        .testify(author, owner, &line("다시"), NOW)
        .await
        .unwrap();
    store.untie(owner, author).await.unwrap();
    assert_eq!(lines().await, [], "the line goes with the tie");
}

async fn nobody_asks_without_end(both: Both<'_>) {
    let [asker] = both.people("asker").await;
    let max = super::super::TIE_REQUESTS_MAX as usize;
    let mut outcomes = Vec::new();
    for n in 0..=max {
        let [one] = both.people(&format!("asked{n}")).await;
        let asked = both.store.tie_to(asker, one, &nickname("별"), NOW).await;
        outcomes.push(asked.unwrap().outcome);
    }
    assert!(outcomes[..max].iter().all(|done| *done == Tied::Requested));
    assert_eq!(outcomes[max], Tied::TooManyWait);
}
