//! No table is forgotten: each is known here with what becomes of a person's traces in it, and erased of them.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::AssertSqlSafe;

use super::archive::FILES;
use super::*;
use crate::adapters::postgres::testing::{Scratch, scratch};
use crate::domain::audit::Trace;
use crate::domain::filter::muted_words::MutedWord;
use crate::domain::filter::simhash::SimHash;
use crate::domain::id::LoginId;
use crate::domain::relation::{Nickname, Testimonial};
use crate::domain::user::{AccountRole, User};
use crate::ports::account::{AccountStore, Closed};
use crate::ports::login::{LoginStore, NewLogin, SecretHash};
use crate::ports::muted_words::MutedWordStore;
use crate::ports::operator::OperatorStore;
use crate::ports::permission::{PermissionStore, Suspension};
use crate::ports::personal_data::ArchiveStopped;
use crate::ports::profile::{HandleRules, ProfileStore};
use crate::ports::relations::{BlockStore, FollowStore, TieStore};
use crate::ports::settings::conformance::set_private;
use crate::ports::spam::{Marks, SpamFacts, Written};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::{created, new_user};

/// Where nothing of a person can be.
const NOTHING: &[&str] = &[
    "_sqlx_migrations",
    "installation",
    "kept_handle",
    "linked_host",
    "signing_key",
];

/// What goes with the account, by its own reference to it.
const WITH_ACCOUNT: &[&str] = &[
    "identity",
    "login",
    "follow",
    "old_handle",
    "user_gram",
    "user_settings",
    "once",
    "app_code",
    "suspension",
    "follow_request",
    "block",
    "mute",
    "tie",
    "tie_request",
    "testimonial",
    "relation_count",
    "notification",
    "notification_read",
    "muted_word",
    "written_text",
    "report",
    "moderation_case",
];

/// What goes with the person's logins.
const WITH_LOGINS: &[&str] = &["refresh"];

/// What goes in steps of its own.
const BY_ITSELF: &[&str] = &["account", "user_outbox", "decision_outbox"];

/// What stays and names nobody any more.
const NAMELESS: &[&str] = &["audit", "ruling"];

const NOW: WallMs = WallMs(1_700_000_100_000);

async fn tables(store: &Postgres) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    )
    .fetch_all(&store.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn every_table_is_known_with_what_becomes_of_a_person_in_it() {
    let Some(store) = scratch().await else { return };
    let known: BTreeSet<String> = [NOTHING, WITH_ACCOUNT, WITH_LOGINS, BY_ITSELF, NAMELESS]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let there: BTreeSet<String> = tables(&store).await.into_iter().collect();
    assert_eq!(
        there, known,
        "a table more: erase what it holds of a person, put it into the archive, then add it here"
    );
    let of = |tables: &'static [&str], parent| tables.iter().map(move |table| (*table, parent));
    for (table, parent) in of(WITH_ACCOUNT, "account").chain(of(WITH_LOGINS, "login")) {
        let cascades: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_constraint
             WHERE conrelid = $1::regclass AND confrelid = $2::regclass
             AND confdeltype = 'c')",
        )
        .bind(table)
        .bind(parent)
        .fetch_one(&store.pool)
        .await
        .unwrap();
        assert!(cascades, "{table}");
    }
}

/// A person with something in nearly every table, two others around them, and nobody's secrets.
async fn lived(store: &Scratch) -> User {
    let person = created(&**store, "taker", "taker").await;
    let other = created(&**store, "other", "other").await;
    let staff = created(&**store, "staff", "staff").await;
    let (me, them) = (person.id, other.id);
    let line = Testimonial::parse("좋은 사람").unwrap();
    let name = Nickname::parse("별").unwrap();
    for (one, two) in [(me, them), (them, me)] {
        store.follow(one, two, NOW).await.unwrap();
        store.tie_to(one, two, &name, NOW).await.unwrap();
    }
    for (one, two) in [(me, them), (them, me)] {
        store.testify(one, two, &line, NOW).await.unwrap();
        store.mute(one, two, None, NOW).await.unwrap();
    }
    store.block(staff.id, me, NOW).await.unwrap();
    set_private(&**store, staff.id, true).await;
    let word = MutedWord::parse("시끄러움", None).unwrap();
    store.mute_word(me, &word, None, NOW).await.unwrap();
    let written = Written {
        hash: SimHash::of("오늘은 참 좋은 날입니다 그렇지 않아요"),
        hosts: BTreeSet::new(),
        mentioned: Vec::new(),
        marks: Marks::default(),
    };
    store.note(me, &written, NOW).await.unwrap();
    let rules = HandleRules {
        pause_ms: 0,
        kept_ms: HANDLE_KEPT_MS,
    };
    let any = crate::domain::version::Expected::Any;
    let renamed = ProfileStore::rename(&store.store, me, "taker_2", rules, &any, NOW);
    renamed.await.unwrap();
    let login = NewLogin {
        id: LoginId::generate(),
        user_id: me,
        secret: SecretHash([9; 32]),
        trace: Trace::of(None, "Mozilla/5.0"),
        at: NOW,
        authenticated: NOW,
        expires: WallMs(NOW.0 + 1_000_000),
    };
    store.open(&login).await.unwrap();
    let admin = AccountRole::Admin;
    store.give_role("staff", admin, NOW).await.unwrap();
    let suspension = Suspension {
        user_id: me,
        reason: "spam by taker".to_owned(),
        until: Some(NOW),
    };
    let by_staff = Trace {
        actor: Some(staff.id),
        ..Trace::default()
    };
    store.suspend(&suspension, &by_staff, NOW).await.unwrap();
    person
}

/// Keeps what it is given.
#[derive(Default)]
struct Kept(Vec<(String, Vec<serde_json::Value>)>);

#[async_trait]
impl Archive for Kept {
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped> {
        self.0.push((name.to_owned(), Vec::new()));
        Ok(())
    }

    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped> {
        let (_, values) = self.0.last_mut().unwrap();
        values.push(serde_json::from_str(&json).unwrap());
        Ok(())
    }
}

/// Whoever reads no more.
struct Full;

#[async_trait]
impl Archive for Full {
    async fn begin(&mut self, _: &str) -> Result<(), ArchiveStopped> {
        Ok(())
    }

    async fn add(&mut self, _: String) -> Result<(), ArchiveStopped> {
        Err(ArchiveStopped)
    }
}

#[tokio::test]
async fn an_archive_has_every_file_and_only_what_is_the_persons() {
    let Some(store) = scratch().await else { return };
    let person = lived(&store).await;
    let mut kept = Kept::default();
    store.export(person.id, &mut kept).await.unwrap();
    let names: Vec<&str> = kept.0.iter().map(|(name, _)| name.as_str()).collect();
    let files: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, files);
    let values = |name: &str| &kept.0.iter().find(|(other, _)| other == name).unwrap().1;
    let profile = &values("profile")[0];
    assert_eq!(profile["id"], person.id.to_string());
    assert_eq!(profile["front_room_id"], person.front_room_id.to_string());
    assert_eq!(profile["created_at"], "2023-11-14T22:13:20.000Z");
    assert_eq!(profile["look"], "0001020304FF");
    assert_eq!(values("identities")[0]["subject"], "taker");
    assert_eq!(values("identities")[0]["email_verified"], false);
    for (file, key, value) in [
        ("old_handles", "handle", "taker"),
        ("follows", "following", "other"),
        ("followers", "follower", "other"),
        ("ties", "name_given", "별"),
        ("testimonials", "text", "좋은 사람"),
        ("testimonials_received", "author", "other"),
        ("mutes", "muted", "other"),
        ("muted_words", "word", "시끄러움"),
        ("logins", "user_agent", "Mozilla/5.0"),
        ("suspension", "reason", "spam by taker"),
    ] {
        assert_eq!(values(file).len(), 1, "{file}");
        assert_eq!(values(file)[0][key], value, "{file}");
    }
    // Who blocks them is not told, nor the hash of any secret.
    let whole = format!("{:?}", kept.0);
    assert!(!whole.contains("staff") && !whole.contains("secret_hash"));
    let suspended = values("account_log").last().unwrap();
    assert_eq!(suspended["about_me"], true);
    assert_eq!(suspended["by_me"], false);
    assert_eq!(suspended["detail"]["reason"], "spam by taker");

    assert!(store.export(person.id, &mut Full).await.is_err());
    let others = store.by_id(person.id).await.unwrap();
    assert!(others.is_some(), "and the store goes on");
}

#[tokio::test]
async fn whoever_is_erased_is_in_no_row_of_any_table() {
    let Some(store) = scratch().await else { return };
    let person = lived(&store).await;
    let trace = Trace::default();
    let closed = store.close(person.id, &trace, NOW).await.unwrap();
    assert!(matches!(closed, Closed::Now(_)));
    // Two nodes at once.
    let erase = async || {
        for _ in 0..100 {
            if store.erase(person.id, NOW).await.unwrap() == Erasing::Done {
                return;
            }
        }
        panic!("a hundred steps for one small life");
    };
    tokio::join!(erase(), erase());
    store.settle().await.unwrap();
    let id = person.id.to_string();
    for table in tables(&store).await {
        let select = format!("SELECT r::text FROM {table} AS r");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(select))
            .fetch_all(&store.pool)
            .await
            .unwrap();
        let named = rows
            .iter()
            .find(|row| row.contains(&id) || row.contains("taker"));
        assert_eq!(named, None, "in {table}");
    }
    // Nobody takes their handles while links still lead to them.
    for handle in ["taker", "taker_2"] {
        let mut new = new_user(&[handle]);
        new.at = NOW;
        let identity = crate::ports::user::conformance::identity(handle);
        let admitted = store.admit(&identity, &new).await.unwrap();
        assert_eq!(admitted, crate::ports::user::Admission::HandlesTaken);
        new.at = WallMs(NOW.0 + HANDLE_KEPT_MS + 1);
        let admitted = store.admit(&identity, &new).await.unwrap();
        assert!(matches!(
            admitted,
            crate::ports::user::Admission::Created(_)
        ));
    }
    let counts: Vec<(i64, i64, i64)> =
        sqlx::query_as("SELECT followers, following, ties FROM relation_count")
            .fetch_all(&store.pool)
            .await
            .unwrap();
    assert!(counts.iter().all(|counts| *counts == (0, 0, 0)));
}
