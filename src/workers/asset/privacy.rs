//! What people choose for their accounts, as far as it bears on their pictures: heard from the event log where the two are
//! kept by different services.

use std::sync::Arc;

use super::AssetWorkError;
use crate::domain::event::{Event, Subject};
use crate::domain::user::AccountEvent;
use crate::ports::asset::{AssetsUnavailable, OwnerPrivacy, PictureOwners};
use crate::ports::settings::SettingsStore;

/// What is told, and whom.
#[derive(Clone)]
pub struct Privacy {
    /// What people chose.
    pub settings: Arc<dyn SettingsStore>,
    /// Whoever keeps their pictures.
    pub owners: Arc<dyn PictureOwners>,
}

impl std::fmt::Debug for Privacy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Privacy(..)")
    }
}

impl Privacy {
    /// Acts on an event; whether it was one of these. The settings are looked up as they are now, so that an event that
    /// comes twice, late or out of order brings about what is so.
    pub async fn act_on(&self, subject: Subject, event: &Event) -> Result<bool, AssetWorkError> {
        let (Subject::User(owner), Event::Account(AccountEvent::SettingsChanged { .. })) =
            (subject, event)
        else {
            return Ok(false);
        };
        let settings = self.settings.settings(owner).await;
        let (settings, version) = settings.map_err(|error| AssetsUnavailable(error.to_string()))?;
        let privacy = OwnerPrivacy {
            owner,
            is_private: settings.account_private,
            version,
        };
        self.owners.chose(&privacy).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::adapters::sqlite::Sqlite;
    use crate::domain::clock::WallMs;
    use crate::domain::settings::SettingsChange;
    use crate::domain::version::Expected;
    use crate::ports::user::conformance::created;

    /// What owners were said to have chosen.
    #[derive(Default)]
    struct Heard(Mutex<Vec<OwnerPrivacy>>);

    #[async_trait]
    impl PictureOwners for Heard {
        async fn chose(&self, privacy: &OwnerPrivacy) -> Result<(), AssetsUnavailable> {
            self.0.lock().unwrap().push(*privacy);
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_is_told_is_what_is_so_now() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let owner = created(&store, "painter", "painter").await.id;
        let change = SettingsChange {
            account_private: Some(true),
            ..SettingsChange::default()
        };
        let chosen = store.change_settings(owner, change, &Expected::Any, WallMs(1));
        chosen.await.unwrap();
        let heard = Arc::new(Heard::default());
        let privacy = Privacy {
            settings: Arc::new(store),
            owners: heard.clone(),
        };
        let changed = Event::Account(AccountEvent::SettingsChanged { version: 0 });
        assert!(
            privacy
                .act_on(Subject::User(owner), &changed)
                .await
                .unwrap()
        );
        let other = Event::Account(AccountEvent::ProfileChanged { version: 9 });
        assert!(!privacy.act_on(Subject::User(owner), &other).await.unwrap());
        let told = OwnerPrivacy {
            owner,
            is_private: true,
            version: 1,
        };
        assert_eq!(*heard.0.lock().unwrap(), [told]);
    }
}
