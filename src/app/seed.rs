//! The demo neighbourhood: a dozen people with furnished rooms, so that a first visit meets someone.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::adapters::sqlite::{OpenError, Sqlite, SqliteRooms};
use crate::catalogue::{Home, catalogue};
use crate::config::{DEV_ISSUER, DEV_PROVIDER};
use crate::domain::audit::Trace;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Access, RoomCard, Visibility};
use crate::domain::text::{BadText, PersonName};
use crate::ports::room::StoreError;
use crate::ports::user::{Admission, Identity, NewUser, UserStore, UserStoreError};
use crate::services::room::{OriginKey, RoomService, furnished};

const NEIGHBOURHOOD_JSON: &str = include_str!("../../demo/neighbourhood.json");

/// What seeding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeedOutcome {
    /// So many people moved in.
    Seeded(usize),
    /// People live here already; nothing was changed.
    Inhabited,
}

/// Why seeding stopped.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The embedded store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The file of people is broken.
    #[error("demo/neighbourhood.json: {0}")]
    File(#[from] serde_json::Error),
    /// A person in the file has a name nobody may have.
    #[error("demo/neighbourhood.json: {handle}: {source}")]
    Name {
        /// Whose.
        handle: String,
        /// What is wrong with it.
        source: BadText,
    },
    /// A person in the file wears what the wardrobe lacks, or lives in a room the catalogue lacks.
    #[error("demo/neighbourhood.json: {handle}: not in the catalogue or the wardrobe")]
    Catalogue {
        /// Whose.
        handle: String,
    },
    /// The user store failed.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// The room store failed.
    #[error(transparent)]
    Rooms(#[from] StoreError),
}

#[derive(Deserialize)]
struct Neighbour {
    handle: String,
    display_name: String,
    mood: String,
    bio: String,
    look: Vec<u8>,
    room: NeighbourRoom,
}

#[derive(Deserialize)]
struct NeighbourRoom {
    name: String,
    #[serde(flatten)]
    home: Home,
}

/// Moves the demo neighbourhood into an empty store.
pub async fn seed(data: &Path) -> Result<SeedOutcome, SeedError> {
    let sqlite = Sqlite::open(data).await?;
    if !sqlite.of_provider(DEV_PROVIDER, 1).await?.is_empty() {
        return Ok(SeedOutcome::Inhabited);
    }
    let clock = Clock::start();
    // Seeding makes rooms but saves none, so the writer has nothing to do.
    let (store, _) = SqliteRooms::new(sqlite.clone());
    let people = Arc::new(sqlite.clone());
    // Nobody comes in, so no address is ever hashed.
    let origin_key = OriginKey::new([0; 32]);
    let rooms = RoomService::new(Arc::new(store), people.clone(), people, origin_key, clock);
    let neighbours: Vec<Neighbour> = serde_json::from_str(NEIGHBOURHOOD_JSON)?;
    let count = neighbours.len();
    for neighbour in neighbours {
        move_in(neighbour, &sqlite, &rooms, clock.wall()).await?;
    }
    Ok(SeedOutcome::Seeded(count))
}

async fn move_in(
    neighbour: Neighbour,
    users: &Sqlite,
    rooms: &RoomService,
    at: WallMs,
) -> Result<(), SeedError> {
    let handle = neighbour.handle;
    let unknown = || SeedError::Catalogue {
        handle: handle.clone(),
    };
    let name = PersonName::parse(&neighbour.display_name).map_err(|source| SeedError::Name {
        handle: handle.clone(),
        source,
    })?;
    let look = catalogue().look(&neighbour.look).ok_or_else(unknown)?;
    let new = NewUser {
        id: UserId::generate(),
        front_room_id: RoomId::generate(),
        handles: vec![handle.clone()],
        display_name: name,
        look,
        mood: neighbour.mood,
        bio: neighbour.bio,
        at,
        trace: Trace::default(),
    };
    let identity = Identity {
        provider: DEV_PROVIDER.to_owned(),
        issuer: DEV_ISSUER.to_owned(),
        subject: handle.clone(),
        email: None,
    };
    let user = match users.admit(&identity, &new).await? {
        Admission::Created(user) | Admission::Existing(user) | Admission::Linked(user) => user,
        Admission::HandlesTaken => return Err(unknown()),
    };
    let NeighbourRoom { name, home } = neighbour.room;
    let (theme, pieces) = home.furnish(catalogue()).ok_or_else(unknown)?;
    let card = RoomCard {
        id: user.front_room_id,
        owner_id: user.id,
        name,
        access: Access::new(Visibility::Public, true),
    };
    rooms.create(card, furnished(theme, pieces)).await?;
    Ok(())
}
