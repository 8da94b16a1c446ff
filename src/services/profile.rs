//! What people show of themselves: profiles, handles, and finding people by both.

use std::sync::Arc;

use crate::domain::clock::{Clock, WallMs};
use crate::domain::filter::Place;
use crate::domain::id::UserId;
use crate::domain::profile::{Bio, Link, Links, Mood, Profile, ProfileChange};
use crate::domain::search::NameQuery;
use crate::domain::text::PersonName;
use crate::domain::user::{is_handle, is_reserved};
use crate::domain::version::Expected;
use crate::ports::people::PeopleChanges;
use crate::ports::profile::{
    Changed, Found, FoundAfter, FoundPage, HandleRules, ProfileStore, Renamed,
};
use crate::ports::relations::{RelationReader, RelationsUnavailable};
use crate::ports::user::UserStoreError;
use crate::services::screen::{NotSaid, Screen};

/// Why something about a profile was not done or told.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Nobody has the handle, as far as the viewer may know.
    #[error("no such person")]
    NoSuchUser,
    /// The profile is not at the version the change was made for.
    #[error("the profile has changed since")]
    Stale,
    /// No handle at all.
    #[error("a handle has 2 to 24 lower-case letters, digits and underscores")]
    BadHandle,
    /// Somebody else's, or nobody's to have.
    #[error("the handle is taken")]
    HandleTaken,
    /// The handle was changed a short time ago.
    #[error("the handle was changed lately")]
    TooSoon {
        /// How long to wait, in milliseconds.
        wait_ms: u64,
    },
    /// Something in it may not be said here.
    #[error(transparent)]
    NotSaid(#[from] NotSaid),
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// Whom the viewer must not see cannot be looked up.
    #[error(transparent)]
    Relations(#[from] RelationsUnavailable),
}

/// The profile service.
#[derive(Clone)]
pub struct ProfileService {
    store: Arc<dyn ProfileStore>,
    relations: Arc<dyn RelationReader>,
    changes: Option<Arc<dyn PeopleChanges>>,
    rules: HandleRules,
    clock: Clock,
    screen: Screen,
}

impl std::fmt::Debug for ProfileService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileService(..)")
    }
}

impl ProfileService {
    /// The service over its stores.
    pub fn new(
        store: Arc<dyn ProfileStore>,
        relations: Arc<dyn RelationReader>,
        rules: HandleRules,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            relations,
            changes: None,
            rules,
            clock,
            screen: Screen::off(),
        }
    }

    /// The same, which looks through what people say of themselves.
    #[must_use]
    pub fn screened_by(self, screen: Screen) -> Self {
        Self { screen, ..self }
    }

    /// The same service, which tells of each person who is other than they were.
    #[must_use]
    pub fn telling(self, changes: Arc<dyn PeopleChanges>) -> Self {
        let changes = Some(changes);
        Self { changes, ..self }
    }

    /// Somebody's own profile.
    pub async fn own(&self, id: UserId) -> Result<Profile, ProfileError> {
        let profile = self.store.profile(id).await?;
        profile.ok_or(ProfileError::NoSuchUser)
    }

    /// Who has this handle, or had it until lately. Who is hidden from the viewer, or suspended, is nobody.
    pub async fn find(&self, handle: &str, viewer: Option<UserId>) -> Result<Found, ProfileError> {
        if !is_handle(handle) {
            return Err(ProfileError::NoSuchUser);
        }
        let found = self.store.find(handle, self.clock.wall()).await?;
        let found = found.ok_or(ProfileError::NoSuchUser)?;
        let (Found::Here(profile) | Found::Moved(profile)) = &found;
        if let Some(viewer) = viewer
            && self.relations.is_hidden(viewer, profile.user.id).await?
        {
            return Err(ProfileError::NoSuchUser);
        }
        Ok(found)
    }

    /// Changes somebody's profile. Wherever they are present they are seen so at once.
    pub async fn change(
        &self,
        id: UserId,
        change: &ProfileChange,
        expected: &Expected,
    ) -> Result<Profile, ProfileError> {
        let change = self.screened(change)?;
        match self.store.change(id, &change, expected).await? {
            Changed::Done(profile) => {
                self.tell(id);
                Ok(profile)
            }
            Changed::Stale => Err(ProfileError::Stale),
            Changed::NoSuchUser => Err(ProfileError::NoSuchUser),
        }
    }

    /// The change with what may be shown of it: names and the labels of links as they are or not at all, mood and bio
    /// with words masked.
    fn screened(&self, change: &ProfileChange) -> Result<ProfileChange, ProfileError> {
        let links = change.links.iter().flat_map(Links::as_slice);
        let names = change.display_name.iter().map(PersonName::as_str);
        for name in names.chain(links.map(Link::label)) {
            self.screen.at_once(Place::Name, name)?;
        }
        let text = |text: &str| self.screen.at_once(Place::Post, text);
        // What masking leaves is as long as what was written.
        let mood = change.mood.as_ref().map(|mood| text(mood.as_str()));
        let mood = mood.transpose()?.map(|mood| Mood::parse(&mood));
        let bio = change.bio.as_ref().map(|bio| text(bio.as_str()));
        let bio = bio.transpose()?.map(|bio| Bio::parse(&bio));
        Ok(ProfileChange {
            mood: mood.transpose().map_err(|_| NotSaid)?,
            bio: bio.transpose().map_err(|_| NotSaid)?,
            ..change.clone()
        })
    }

    /// Gives somebody another handle.
    pub async fn rename(
        &self,
        id: UserId,
        handle: &str,
        expected: &Expected,
    ) -> Result<Profile, ProfileError> {
        if !is_handle(handle) {
            return Err(ProfileError::BadHandle);
        }
        if is_reserved(handle) {
            return Err(ProfileError::HandleTaken);
        }
        self.screen.at_once(Place::Name, handle)?;
        let now = self.clock.wall();
        let renamed = self.store.rename(id, handle, self.rules, expected, now);
        match renamed.await? {
            Renamed::Done(profile) => {
                self.tell(id);
                Ok(profile)
            }
            Renamed::Stale => Err(ProfileError::Stale),
            Renamed::Taken => Err(ProfileError::HandleTaken),
            Renamed::TooSoon { again } => {
                let wait_ms = again.0.saturating_sub(now.0);
                Err(ProfileError::TooSoon { wait_ms })
            }
            Renamed::NoSuchUser => Err(ProfileError::NoSuchUser),
        }
    }

    /// When somebody may change their handle again; none: now.
    pub fn rename_from(&self, profile: &Profile) -> Option<WallMs> {
        let last = profile.handle_changed?;
        let again = WallMs(last.0.saturating_add(self.rules.pause_ms));
        (again > self.clock.wall()).then_some(again)
    }

    /// People found by handle and name, without those hidden from the viewer.
    pub async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&FoundAfter>,
        limit: u32,
    ) -> Result<FoundPage, ProfileError> {
        let now = self.clock.wall();
        Ok(self.store.search(query, viewer, after, limit, now).await?)
    }

    fn tell(&self, user: UserId) {
        if let Some(changes) = &self.changes {
            changes.changed(user);
        }
    }
}
