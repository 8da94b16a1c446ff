//! People in PostgreSQL, what they make in MongoDB, what happened on Kafka, and what is counted of it in Redis.

use std::sync::Arc;
use std::time::Duration;

use super::people::{Door, People};
use super::{Documents, Facts, Moderated, OpenedStores, Stores};
use crate::adapters::kafka::Kafka;
use crate::adapters::mongo::{
    AssetNeighbours, GuestbookNeighbours, ModeratedAssets, Mongo, MongoAssets, MongoError,
    MongoGuestbookContent, MongoGuestbooks, MongoModeratedChat, MongoModeratedComments,
    MongoModeratedPosts, MongoModeratedRooms, MongoPosts, MongoRooms, MongoVisitOutbox,
    MongoVisits, PostNeighbours, RoomNotices, VisitNeighbours,
};
use crate::adapters::postgres::{DecisionOutbox, ModeratedPeople, OpenError, Postgres, UserOutbox};
use crate::adapters::redis::{Around, HotPeople, HotRelations, Redis, RedisDiscovery};
use crate::app::health::Waiting;
use crate::app::nodes::{Nodes, SPACE};
use crate::app::start_error::StartError;
use crate::config::{Address, Config};
use crate::domain::clock::Clock;
use crate::domain::service::Service;
use crate::ports::moderation::ModeratedContent;
use crate::ports::notification::NotificationSink;
use crate::ports::room::RoomRecall;

/// Between two tries to reach a store that is not there yet.
const AGAIN: Duration = Duration::from_secs(1);

/// Opens the backends that the settings name.
///
/// Those that what is durable rests on are waited for. Redis and Kafka are not: what they carry pauses while they are
/// away, at any time.
pub(super) async fn open(
    config: &Config,
    address: &Address,
    nodes: &Nodes,
    waiting: &Waiting,
    clock: Clock,
) -> Result<OpenedStores, StartError> {
    let missing = || StartError::Backends(config.missing_backends());
    if !config.missing_backends().is_empty() {
        return Err(missing());
    }
    let backend = &config.backend;
    let shared = nodes.shared().ok_or_else(missing)?;
    let kafka = Kafka::new(backend.kafka.as_ref().ok_or_else(missing)?);
    let mongo = Mongo::new(backend.mongodb.as_ref().ok_or_else(missing)?).await?;
    let postgres = postgres(address, backend.postgres_connections_max, waiting).await?;
    prepared(&mongo, waiting).await?;
    let postgres = Arc::new(postgres);
    let kept = Kept::new(&mongo, &postgres, &nodes.sink());
    let facts = facts(&shared.redis, kafka, &postgres, &kept, clock);
    let hot_people = Arc::new(HotPeople::new(postgres.clone(), shared.people.clone()));
    let hot_relations = Arc::new(HotRelations::new(
        postgres.clone(),
        shared.relations.clone(),
    ));
    let letting_go = (
        HotPeople::clone(&hot_people).keep(),
        HotRelations::clone(&hot_relations).keep(),
    );
    let room_notices = RoomNotices {
        rooms: kept.rooms.clone(),
        notices: postgres.clone(),
        sink: nodes.sink(),
    };
    let mut people = people(&postgres);
    people.door = Door {
        people: hot_people.clone(),
        relations: hot_relations.clone(),
        people_changes: vec![hot_people, hot_relations.clone()],
        relation_changes: vec![hot_relations],
    };
    Ok(OpenedStores {
        stores: Stores::of(people, kept.documents(mongo, postgres, clock), facts),
        writing: Box::pin(async move {
            tokio::join!(letting_go.0, letting_go.1, room_notices.run(clock));
        }),
    })
}

/// Nodes and stores start in any order: whoever comes first waits.
async fn postgres(
    address: &Address,
    connections_max: u32,
    waiting: &Waiting,
) -> Result<Postgres, OpenError> {
    loop {
        match Postgres::open(address, connections_max).await {
            Err(error) if error.is_away() => {
                tracing::warn!(%address, %error, "waiting for PostgreSQL");
                waiting.wait_for("postgres");
                tokio::time::sleep(AGAIN).await;
            }
            opened => return opened,
        }
    }
}

/// The indexes that rooms, posts and pictures are found and kept apart by are there before anything is written.
async fn prepared(mongo: &Mongo, waiting: &Waiting) -> Result<(), MongoError> {
    loop {
        match mongo.prepare().await {
            Err(error) if error.is_away() => {
                tracing::warn!(%error, "waiting for MongoDB");
                waiting.wait_for("mongodb");
                tokio::time::sleep(AGAIN).await;
            }
            prepared => return prepared,
        }
    }
}

fn people(postgres: &Arc<Postgres>) -> People {
    let store = Postgres::clone(postgres);
    People::of(
        postgres,
        vec![
            Arc::new(UserOutbox(store.clone())),
            Arc::new(DecisionOutbox(store.clone())),
        ],
        Arc::new(ModeratedPeople(store)),
    )
}

/// What lies in MongoDB, for which it asks PostgreSQL about people.
struct Kept {
    rooms: MongoRooms,
    visits: MongoVisits,
    /// Of visits and guestbooks.
    visit_outbox: MongoVisitOutbox,
    guestbooks: MongoGuestbooks,
    posts: MongoPosts,
    assets: MongoAssets,
}

impl Kept {
    fn new(mongo: &Mongo, postgres: &Arc<Postgres>, sink: &Arc<dyn NotificationSink>) -> Self {
        let rooms = MongoRooms::new(mongo.clone(), postgres.clone(), postgres.clone());
        let visit_outbox = MongoVisitOutbox::new(mongo.clone());
        let around = VisitNeighbours {
            people: postgres.clone(),
            around: postgres.clone(),
        };
        let guestbooks = GuestbookNeighbours {
            people: postgres.clone(),
            notices: postgres.clone(),
            cases: postgres.clone(),
            sink: sink.clone(),
        };
        let pictures = AssetNeighbours {
            people: postgres.clone(),
            relations: postgres.clone(),
            profiles: postgres.clone(),
            rulings: postgres.clone(),
        };
        let assets = MongoAssets::new(mongo.clone(), pictures);
        let posts = PostNeighbours {
            people: postgres.clone(),
            doors: Arc::new(rooms.clone()),
            pictures: Arc::new(assets.clone()),
            notices: postgres.clone(),
            cases: postgres.clone(),
            sink: sink.clone(),
        };
        Self {
            visits: MongoVisits::new(mongo.clone(), around, &visit_outbox),
            guestbooks: MongoGuestbooks::new(mongo.clone(), guestbooks, &visit_outbox),
            posts: MongoPosts::new(mongo.clone(), posts),
            rooms,
            visit_outbox,
            assets,
        }
    }

    fn documents(self, mongo: Mongo, postgres: Arc<Postgres>, clock: Clock) -> Documents {
        let moderated = self.moderated(postgres, clock);
        let rooms = Arc::new(self.rooms);
        let visits = Arc::new(self.visits);
        let guestbooks = Arc::new(self.guestbooks);
        let posts = Arc::new(self.posts);
        let assets = Arc::new(self.assets);
        Documents {
            rooms: rooms.clone(),
            shelf: rooms.clone(),
            visits: visits.clone(),
            guestbooks: guestbooks.clone(),
            posts: posts.clone(),
            post_upkeep: posts.clone(),
            assets: assets.clone(),
            shown_assets: assets.clone(),
            avatars: assets.clone(),
            asset_work: assets.clone(),
            purges: assets.clone(),
            picture_owners: Some(assets.clone()),
            outboxes: vec![
                (Service::Room, rooms.clone()),
                (Service::Room, Arc::new(self.visit_outbox)),
                (Service::Post, posts.clone()),
                (Service::Asset, assets.clone()),
            ],
            backend: Some(Arc::new(mongo)),
            personal_data: vec![rooms, visits, guestbooks, posts, assets],
            moderated,
        }
    }

    /// Each collection of what people write has its line here.
    fn moderated(&self, postgres: Arc<Postgres>, clock: Clock) -> Moderated {
        let (rooms, posts, assets) = (self.rooms.clone(), self.posts.clone(), self.assets.clone());
        let books = self.guestbooks.clone();
        // Posts know whom they tell.
        Arc::new(move |recall: &Arc<dyn RoomRecall>, _| {
            let rooms = MongoModeratedRooms {
                rooms: rooms.clone(),
                people: postgres.clone(),
                recall: recall.clone(),
                clock,
            };
            let books = books.clone();
            let all: [Arc<dyn ModeratedContent>; 6] = [
                Arc::new(rooms.clone()),
                Arc::new(MongoModeratedChat(rooms)),
                Arc::new(MongoModeratedPosts(posts.clone())),
                Arc::new(MongoModeratedComments(posts.clone())),
                Arc::new(MongoGuestbookContent { books, clock }),
                Arc::new(ModeratedAssets(assets.clone())),
            ];
            Vec::from(all)
        })
    }
}

/// The log, and the rankings it feeds.
fn facts(
    redis: &Redis,
    kafka: Kafka,
    postgres: &Arc<Postgres>,
    kept: &Kept,
    clock: Clock,
) -> Facts {
    let kafka = Arc::new(kafka);
    let around = Around {
        consumers: kafka.clone(),
        desk: kafka.clone(),
        clock,
        rooms: Arc::new(kept.rooms.clone()),
        visits: Arc::new(kept.visits.clone()),
        people: postgres.clone(),
    };
    Facts {
        log: kafka.clone(),
        others: Some(kafka),
        discovery: Arc::new(RedisDiscovery::new(redis.clone(), SPACE, around)),
        discovered_posts: Arc::new(kept.posts.clone()),
    }
}
