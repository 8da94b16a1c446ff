//! Where somebody is, for those they show it to.

use std::sync::Arc;

use super::{RoomError, RoomService, RoomView};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Role, Visibility};
use crate::domain::settings::ShownTo;
use crate::ports::settings::SettingsStore;
use crate::ports::whereabouts::Whereabouts;

/// What is needed to say where people are.
#[derive(Clone)]
pub(super) struct Sight {
    whereabouts: Arc<dyn Whereabouts>,
    settings: Arc<dyn SettingsStore>,
}

/// Where somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The room.
    pub room: RoomId,
    /// Its name.
    pub name: String,
    /// Since when they are there.
    pub since: WallMs,
}

impl RoomService {
    /// The same service, which can say where people are.
    #[must_use]
    pub fn seeing(
        self,
        whereabouts: Arc<dyn Whereabouts>,
        settings: Arc<dyn SettingsStore>,
    ) -> Self {
        let sight = Some(Sight {
            whereabouts,
            settings,
        });
        Self { sight, ..self }
    }

    /// The room `person` is in, if they show it to the viewer and the viewer may know that room. Whoever asks has seen
    /// to it that no block stands between the two.
    pub async fn presence(
        &self,
        person: UserId,
        viewer: Option<UserId>,
    ) -> Result<Option<Presence>, RoomError> {
        let Some(sight) = &self.sight else {
            return Ok(None);
        };
        let stays = sight.whereabouts.of(person).await;
        if stays.is_empty() || !self.is_shown(sight, person, viewer).await? {
            return Ok(None);
        }
        for stay in stays {
            match self.view(stay.room, viewer).await {
                Ok(view) if self.is_open_to(&view, viewer).await? => {
                    return Ok(Some(Presence {
                        room: stay.room,
                        name: view.room.card.name,
                        since: stay.since,
                    }));
                }
                Ok(_) | Err(RoomError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn is_shown(
        &self,
        sight: &Sight,
        person: UserId,
        viewer: Option<UserId>,
    ) -> Result<bool, RoomError> {
        if viewer == Some(person) {
            return Ok(true);
        }
        let (settings, _) = sight.settings.settings(person).await?;
        match (settings.show_presence, viewer) {
            (ShownTo::Everyone, _) => Ok(true),
            (ShownTo::Followers, Some(viewer)) => {
                Ok(self.relations.follows(viewer, person).await?)
            }
            (ShownTo::Ties, Some(viewer)) => {
                Ok(self.relations.tie(person, viewer).await?.is_some())
            }
            (ShownTo::Followers | ShownTo::Ties, None) | (ShownTo::Nobody, _) => Ok(false),
        }
    }

    /// Whether a room the viewer may look at is one they may come into by its visibility: a room for followers is no
    /// place to be told of to others.
    async fn is_open_to(&self, view: &RoomView, viewer: Option<UserId>) -> Result<bool, RoomError> {
        let card = &view.room.card;
        if card.access.visibility == Visibility::Public || card.role_of(viewer) != Role::Visitor {
            return Ok(true);
        }
        match viewer {
            Some(viewer) => Ok(self.relations.follows(viewer, card.owner_id).await?),
            None => Ok(false),
        }
    }
}
