//! What one store keeps of people, whichever it is: accounts, logins, relations, what they are told, moderation.

use std::sync::Arc;

use crate::ports::account::AccountStore;
use crate::ports::backend::Backend;
use crate::ports::events::Outbox;
use crate::ports::installation::Installation;
use crate::ports::moderation::ModeratedContent;
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::muted_words::MutedWordStore;
use crate::ports::notification::NotificationStore;
use crate::ports::people::{PeopleChanges, PeopleReader};
use crate::ports::personal_data::PersonalData;
use crate::ports::profile::ProfileStore;
use crate::ports::relations::{RelationChanges, RelationReader, RelationStore};
use crate::ports::settings::SettingsStore;
use crate::ports::spam::SpamFacts;
use crate::ports::user::UserStore;
use crate::services::auth::AuthStore;

/// What rooms ask about whoever comes in, and who is to hear that it is otherwise now.
#[derive(Clone)]
pub(in crate::app) struct Door {
    pub people: Arc<dyn PeopleReader>,
    pub relations: Arc<dyn RelationReader>,
    pub people_changes: Vec<Arc<dyn PeopleChanges>>,
    pub relation_changes: Vec<Arc<dyn RelationChanges>>,
}

/// The ports of people.
pub(super) struct People {
    /// Where they are.
    pub backend: Arc<dyn Backend>,
    pub installation: Arc<dyn Installation>,
    pub users: Arc<dyn UserStore>,
    pub logins: Arc<dyn AuthStore>,
    pub profiles: Arc<dyn ProfileStore>,
    /// As rooms ask about whoever comes in.
    pub door: Door,
    pub relations: Arc<dyn RelationStore>,
    pub settings: Arc<dyn SettingsStore>,
    pub notices: Arc<dyn NotificationStore>,
    pub accounts: Arc<dyn AccountStore>,
    pub moderation: Arc<dyn ModerationStore>,
    pub muted_words: Arc<dyn MutedWordStore>,
    pub spam: Arc<dyn SpamFacts>,
    pub personal_data: Arc<dyn PersonalData>,
    /// What happened to them, and what was decided about what they wrote.
    pub outboxes: Vec<Arc<dyn Outbox>>,
    /// People as moderators act on them.
    pub moderated: Arc<dyn ModeratedContent>,
}

impl People {
    /// All of them in one store.
    pub(super) fn of<S>(
        store: &Arc<S>,
        outboxes: Vec<Arc<dyn Outbox>>,
        moderated: Arc<dyn ModeratedContent>,
    ) -> Self
    where
        S: Backend
            + Installation
            + UserStore
            + AuthStore
            + ProfileStore
            + PeopleReader
            + RelationStore
            + SettingsStore
            + NotificationStore
            + AccountStore
            + ModerationStore
            + MutedWordStore
            + SpamFacts
            + PersonalData
            + 'static,
    {
        Self {
            backend: store.clone(),
            installation: store.clone(),
            users: store.clone(),
            logins: store.clone(),
            profiles: store.clone(),
            door: Door {
                people: store.clone(),
                relations: store.clone(),
                people_changes: Vec::new(),
                relation_changes: Vec::new(),
            },
            relations: store.clone(),
            settings: store.clone(),
            notices: store.clone(),
            accounts: store.clone(),
            moderation: store.clone(),
            muted_words: store.clone(),
            spam: store.clone(),
            personal_data: store.clone(),
            outboxes,
            moderated,
        }
    }
}
