//! People who come, live with everybody, and are erased.

use super::{Member, NOW, Step, told};
use crate::adapters::postgres::Postgres;
use crate::domain::audit::Trace;
use crate::domain::id::UserId;
use crate::domain::moderation::{ContentKind, ReportReason};
use crate::domain::relation::{Nickname, Testimonial};
use crate::ports::account::AccountStore;
use crate::ports::moderation::desk::{ModerationStore, NewReport, Thing};
use crate::ports::personal_data::{Erasing, PersonalData};
use crate::ports::relations::{BlockStore, FollowStore, TieStore};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::{identity, new_user};

impl Member<'_> {
    /// Two newcomers live with everybody and with each other, and are erased at the same time.
    pub(super) async fn comes_and_goes(&mut self) -> Step {
        let store = self.store;
        let mut pair = Vec::new();
        for _ in 0..2 {
            let handle = format!("passing_{}_{}", self.number, self.made);
            self.made += 1;
            let identity = identity(&handle);
            told(store.admit(&identity, &new_user(&[&handle])).await)?;
            let user = store.by_identity(&identity).await;
            let user = user.map_err(|error| format!("{error:?}"))?;
            pair.extend(user.map(|user| user.id));
        }
        let [one, other] = pair[..] else {
            return Err("a newcomer is not there".to_owned());
        };
        let name = Nickname::parse("별").unwrap();
        let line = Testimonial::parse("좋은 사람").unwrap();
        for (one, other) in [(one, other), (other, one)] {
            told(store.follow(one, other, NOW).await)?;
            told(store.tie_to(one, other, &name, NOW).await)?;
            told(store.testify(one, other, &line, NOW).await)?;
            told(store.mute(one, other, None, NOW).await)?;
            for thing in self.things {
                let report = NewReport {
                    thing: thing.clone(),
                    reporter: one,
                    reason: ReportReason::Spam,
                    comment: String::new(),
                    at: NOW,
                };
                told(store.report(&report, None).await)?;
            }
            let neighbour = self.anybody();
            told(store.follow(neighbour, one, NOW).await)?;
            told(store.follow(one, neighbour, NOW).await)?;
            let own = Thing {
                kind: ContentKind::User,
                subject: one.to_string(),
                author: Some(one),
                text: "이름".to_owned(),
            };
            told(store.hold(&own, NOW).await)?;
        }
        let nobody = Trace::default();
        let (here, there) = tokio::join!(
            async {
                told(store.close(one, &nobody, NOW).await)?;
                gone(store, one).await
            },
            async {
                told(store.close(other, &nobody, NOW).await)?;
                gone(store, other).await
            }
        );
        here?;
        there
    }
}

async fn gone(store: &Postgres, person: UserId) -> Step {
    while store
        .erase(person, NOW)
        .await
        .map_err(|error| format!("{error:?}"))?
        != Erasing::Done
    {}
    Ok(())
}
