//! A room with its owner and a witness inside, on a server in this process; offenders come and go.

use maru::app::Server;
use maru::config::Config;
use maru::realtime::limits::Limits;
use maru_protocol::replica::{Contents, Replica};
use maru_protocol::{ItemState, Op, Place};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

use crate::client::{Client, DEADLINE};
use crate::front::{Front, Person};

/// A server, a room, and two people in it.
pub(crate) struct Stage {
    pub(crate) front: Front,
    pub(crate) owner: Person,
    pub(crate) room: String,
    /// The owner's session.
    pub(crate) host: Client,
    /// A guest who only watches.
    pub(crate) witness: Client,
    before: Contents,
    pub(crate) server: Server,
    data: TempDir,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::set_as(|_| ()).await
    }

    /// A stage where these limits hold.
    pub(crate) async fn set_with(limits: Limits) -> Self {
        Self::set_as(|config| config.live = limits).await
    }

    /// A stage on a server configured like this.
    pub(crate) async fn set_as(configure: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.listen = ([127, 0, 0, 1], 0).into();
        config.store.data = data.path().to_owned();
        configure(&mut config);
        let server = Server::start(&config).await.unwrap();
        let front = Front::new(server.address());
        let owner = front.sign_in("하늘").await;
        let room = owner.room.clone();
        let ticket = front.ticket(&room, &owner).await;
        let host = Client::join(&front, &room, ticket).await;
        let ticket = front.guest_ticket(&room, "witness").await;
        let witness = Client::join(&front, &room, ticket).await;
        let before = witness.room.contents.clone();
        Self {
            front,
            owner,
            room,
            host,
            witness,
            before,
            server,
            data,
        }
    }

    /// Keeps the server from saving anything until this connection is closed.
    pub(crate) async fn hold_store(&self) -> SqliteConnection {
        let file = SqliteConnectOptions::new().filename(self.data.path().join("maru.sqlite3"));
        let mut holder = file.busy_timeout(DEADLINE).connect().await.unwrap();
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut holder)
            .await
            .unwrap();
        holder
    }

    /// Where the server's store lies.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// A guest inside.
    pub(crate) async fn guest(&self, name: &str) -> Client {
        let ticket = self.front.guest_ticket(&self.room, name).await;
        Client::join(&self.front, &self.room, ticket).await
    }

    /// A connection that has not joined.
    pub(crate) async fn stranger(&self) -> Client {
        Client::open(&self.front, &self.room).await
    }

    /// Both people inside read on until they see what is waited for.
    pub(crate) async fn until_room(&mut self, wanted: impl Fn(&Replica) -> bool) {
        tokio::join!(
            self.host.until_room(&wanted),
            self.witness.until_room(&wanted)
        );
    }

    /// What the room holds now is what it must hold later.
    pub(crate) async fn mark(&mut self) {
        let seq = self.host.room.contents.seq;
        let witness = &mut self.witness;
        witness.until_room(|room| room.contents.seq >= seq).await;
        self.before = witness.room.contents.clone();
    }

    /// The owner acts, the witness sees it, nothing else has changed, and a newcomer finds the same room.
    pub(crate) async fn is_unharmed(&mut self) {
        let seq = self.host.say("still here").await;
        let witness = &mut self.witness;
        witness.until_room(|room| room.contents.seq >= seq).await;
        let seen = &witness.room.contents;
        assert_eq!(seen.items, self.before.items);
        assert_eq!(seen.theme, self.before.theme);
        assert_eq!(seen.chat.last().unwrap().text, "still here");
        let newcomer = self.guest("newcomer").await;
        let witness = &mut self.witness;
        let seq = newcomer.room.contents.seq;
        witness.until_room(|room| room.contents.seq >= seq).await;
        assert_eq!(witness.room.contents, newcomer.room.contents);
    }

    /// As [`Stage::is_unharmed`], and the offender may still talk and is heard.
    pub(crate) async fn goes_on_with(&mut self, offender: &mut Client) {
        let seq = offender.say("me too").await;
        let witness = &mut self.witness;
        witness.until_room(|room| room.contents.seq >= seq).await;
        assert_eq!(witness.room.contents.chat.last().unwrap().text, "me too");
        self.is_unharmed().await;
    }
}

/// A new piece on the floor.
pub(crate) fn put(id: u64, kind: &str, x: i32, y: i32) -> Op {
    Op::Put {
        id,
        kind: kind.to_owned(),
        place: Place::Floor,
        x,
        y,
        rotation: 0,
        color: String::new(),
    }
}

/// A patch of the colour only.
pub(crate) fn paint(id: u64, color: &str) -> Op {
    Op::Patch {
        id,
        standpoint: None,
        rotation: None,
        color: Some(color.to_owned()),
        if_seq: None,
    }
}

/// The cells an item takes from pieces that stand on the floor.
pub(crate) fn floor_cells(item: &ItemState) -> (i32, i32) {
    let catalogue = maru::catalogue::catalogue();
    let kind = catalogue.kind(&item.kind).expect("of the catalogue");
    let flat = kind.surface == maru::catalogue::Surface::Rug;
    if item.place != Place::Floor || flat {
        (0, 0)
    } else {
        kind.extent(item.rotation)
    }
}
