//! The demo neighbourhood: a dozen people with furnished rooms, and what they wrote, hung up and left with each other
//! over the last two weeks, so that a first visit meets a place that lives. Everything goes through the services, by a
//! clock that is behind, and under the rules that hold for anybody.

use std::path::PathBuf;

use crate::adapters::sqlite::{OpenError, ReplaceError, Sqlite, SqliteRooms};
use crate::catalogue::catalogue;
use crate::config::{Config, DEV_ISSUER, DEV_PROVIDER};
use crate::domain::audit::Trace;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Access, RoomCard, Visibility};
use crate::domain::text::PersonName;
use crate::ports::user::{Admission, Identity, NewUser, UserStore, UserStoreError};
use crate::services::room::furnished;

mod acts;
mod calls;
mod file;
mod house;
mod pictures;
mod plan;

use super::media::Media;
use super::server::{screen, secret};
use super::staging;
use super::start_error::StartError;
use super::stores::stores_in;
use file::{DAY_MS, Files, Neighbour};
use house::House;

/// When the first moved in, in days before now; the others followed, one a day.
const FIRST_MOVED_IN_DAYS: u64 = 48;

/// When people drew their pictures, in days before now: before they show them.
const PICTURES_DRAWN_DAYS: u64 = 16;

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
    /// A neighbourhood is built beside the store and takes its place at once, which is for a store in one folder.
    #[error(
        "backend.postgres_url: the demo neighbourhood moves into the embedded store only; run maru seed without it"
    )]
    Distributed,
    /// The embedded store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is configured cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A file of the neighbourhood is broken.
    #[error("demo/{name}.json: {source}")]
    File {
        /// Which.
        name: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file names what there is not, or not yet, or what there can be once only.
    #[error("demo: {0:?} is not there by then, or is there twice")]
    Unknown(String),
    /// Something was not done.
    #[error("demo: {what:?}: {source}")]
    Act {
        /// What.
        what: String,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The user store failed.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// The folder in which it is built cannot be used.
    #[error("cannot build the neighbourhood in {path}: {source}")]
    Staging {
        /// The data folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What was built could not take its place.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
}

impl SeedError {
    fn unknown(name: &str) -> Self {
        Self::Unknown(name.to_owned())
    }

    fn act(what: &str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Act {
            what: what.to_owned(),
            source: Box::new(source),
        }
    }
}

/// Moves the demo neighbourhood into a store without one: all of it, or nothing, however this ends. Only
/// in a bucket of S3 pictures may be left that no store knows.
pub async fn seed(config: &Config) -> Result<SeedOutcome, SeedError> {
    if config.backend.postgres.is_some() {
        return Err(SeedError::Distributed);
    }
    let data = &config.store.data;
    // The folder is locked for as long as this lives, so nobody serves what is being built.
    let sqlite = Sqlite::open(data).await?;
    staging::clear(data).map_err(|source| SeedError::Staging {
        path: data.clone(),
        source,
    })?;
    if !sqlite.of_provider(DEV_PROVIDER, 1).await?.is_empty() {
        return Ok(SeedOutcome::Inhabited);
    }
    let built = build(config, &sqlite).await;
    if let Err(error) = staging::clear(data) {
        tracing::warn!(%error, "what the seeding worked with is deleted at the next start");
    }
    built.map(SeedOutcome::Seeded)
}

/// Builds it beside what is there, and puts it in its place. The answer is how many people live in it.
async fn build(config: &Config, sqlite: &Sqlite) -> Result<usize, SeedError> {
    let data = &config.store.data;
    let failed = |source| SeedError::Staging {
        path: data.clone(),
        source,
    };
    let mut config_there = config.clone();
    config_there.store.data = staging::begin(data).map_err(failed)?;
    let folder = &config_there.store.data;
    let staged = sqlite.stage(folder).await?;
    let people = furnish(&config_there, staged.store()).await?;
    staging::hand_over_pictures(folder, data).map_err(failed)?;
    sqlite.replace_by(staged).await?;
    Ok(people)
}

async fn furnish(config: &Config, sqlite: &Sqlite) -> Result<usize, SeedError> {
    let files = Files::read()?;
    // Rooms are made here and not saved, so the writer has nothing to do.
    let (rooms, _) = SqliteRooms::new(sqlite.clone());
    let stores = stores_in(sqlite.clone(), rooms);
    let screen = screen(config, &stores)?;
    let mut house = House::new(config, sqlite, screen, Clock::start());
    let plan = plan::plan(&files, house.now, house.offset)?;
    let days_ago = |days: u64| WallMs(house.now.0.saturating_sub(days * DAY_MS));
    let (first, drawn) = (days_ago(FIRST_MOVED_IN_DAYS), days_ago(PICTURES_DRAWN_DAYS));
    for (nth, neighbour) in (0..).zip(&files.neighbours) {
        move_in(&mut house, neighbour, WallMs(first.0 + nth * DAY_MS)).await?;
    }
    let secret = secret(&stores, "media_link").await;
    let secret = secret.map_err(StartError::Secret)?;
    let media = Media::open(config, &stores, secret, house.clock_at(drawn))?;
    pictures::hang(&mut house, &media, &files, drawn).await?;
    for step in &plan {
        acts::perform(&mut house, &files, step).await?;
    }
    Ok(files.neighbours.len())
}

async fn move_in(house: &mut House, neighbour: &Neighbour, at: WallMs) -> Result<(), SeedError> {
    let handle = &neighbour.handle;
    let unknown = || SeedError::unknown(handle);
    let name = PersonName::parse(&neighbour.display_name);
    let name = name.map_err(|source| SeedError::act(handle, source))?;
    let new = NewUser {
        id: UserId::generate(),
        front_room_id: RoomId::generate(),
        handles: vec![handle.clone()],
        display_name: name,
        look: catalogue().look(&neighbour.look).ok_or_else(unknown)?,
        mood: neighbour.mood.clone(),
        bio: neighbour.bio.clone(),
        at,
        trace: Trace::default(),
    };
    let identity = Identity {
        provider: DEV_PROVIDER.to_owned(),
        issuer: DEV_ISSUER.to_owned(),
        subject: handle.clone(),
        email: None,
    };
    let user = match house.sqlite.admit(&identity, &new).await? {
        Admission::Created(user) | Admission::Existing(user) | Admission::Linked(user) => user,
        Admission::HandlesTaken => return Err(unknown()),
    };
    let home = neighbour.room.home.clone();
    let (theme, pieces) = home.furnish(catalogue()).ok_or_else(unknown)?;
    let card = RoomCard {
        id: user.front_room_id,
        owner_id: user.id,
        name: neighbour.room.name.clone(),
        access: Access::new(Visibility::Public, true),
    };
    let rooms = house.room_service(at);
    let made = rooms.create(card, furnished(theme, pieces)).await;
    made.map_err(|source| SeedError::act(handle, source))?;
    house.welcome(user);
    Ok(())
}
