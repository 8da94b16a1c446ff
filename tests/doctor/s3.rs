//! `maru doctor` at an object store of a few lines: what it puts, gets and deletes, and what it says of one that is ill.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use tokio::net::TcpListener;

use crate::command::{Answer, doctor};

#[derive(Clone, Copy, PartialEq)]
enum Health {
    Sound,
    Forgetful,
    Closed,
}

#[derive(Clone)]
struct Bucket {
    health: Health,
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
    asked: Arc<Mutex<Vec<&'static str>>>,
}

async fn put_object(
    State(bucket): State<Bucket>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    bucket.asked.lock().unwrap().push("put");
    let signed = headers.get(header::AUTHORIZATION);
    let signed = signed.is_some_and(|by| by.to_str().unwrap().contains("Credential=id/"));
    if bucket.health == Health::Closed || !signed {
        return StatusCode::FORBIDDEN.into_response();
    }
    bucket.objects.lock().unwrap().insert(key, body);
    [(header::ETAG, "\"1\"")].into_response()
}

async fn get_object(State(bucket): State<Bucket>, Path(key): Path<String>) -> Response {
    bucket.asked.lock().unwrap().push("get");
    let known = bucket.objects.lock().unwrap().get(&key).cloned();
    let modified = (header::LAST_MODIFIED, "Wed, 21 Oct 2026 07:28:00 GMT");
    match known {
        Some(_) if bucket.health == Health::Forgetful => {
            ([(header::ETAG, "\"1\""), modified], "something else").into_response()
        }
        Some(body) => ([(header::ETAG, "\"1\""), modified], body).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn delete_object(State(bucket): State<Bucket>, Path(key): Path<String>) -> StatusCode {
    bucket.asked.lock().unwrap().push("delete");
    bucket.objects.lock().unwrap().remove(&key);
    StatusCode::NO_CONTENT
}

async fn examined(health: Health) -> (Answer, Bucket) {
    let bucket = Bucket {
        health,
        objects: Arc::default(),
        asked: Arc::default(),
    };
    let object = put(put_object).get(get_object).delete(delete_object);
    let router = Router::new()
        .route("/pictures/maru-doctor/{key}", object)
        .with_state(bucket.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let answer = tokio::task::spawn_blocking(move || {
        doctor(&[
            ("MARU_BACKEND_S3_ENDPOINT", &format!("http://{address}")),
            ("MARU_BACKEND_S3_BUCKET", "pictures"),
            ("MARU_BACKEND_S3_ACCESS_KEY", "id"),
            ("MARU_BACKEND_S3_SECRET_KEY", "s3cret"),
        ])
    });
    let answer = answer.await.unwrap();
    serving.abort();
    (answer, bucket)
}

#[tokio::test]
async fn a_sound_bucket_is_well_and_left_as_it_was() {
    let (answer, bucket) = examined(Health::Sound).await;
    assert_eq!(answer.faults("s3"), "[]");
    assert_eq!(answer.code, Some(0));
    assert_eq!(*bucket.asked.lock().unwrap(), ["put", "get", "delete"]);
    assert!(bucket.objects.lock().unwrap().is_empty());
    assert!(
        answer.of("s3")["address"]
            .as_str()
            .unwrap()
            .ends_with("/pictures")
    );
}

#[tokio::test]
async fn a_bucket_that_changes_what_it_holds_is_wrong_and_cleaned_all_the_same() {
    let (answer, bucket) = examined(Health::Forgetful).await;
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.faults("s3").contains("came back changed"),
        "{}",
        answer.whole
    );
    assert!(bucket.objects.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_closed_bucket_is_told_from_a_missing_store() {
    let (answer, _) = examined(Health::Closed).await;
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.faults("s3").contains("give this access key"),
        "{}",
        answer.whole
    );
    assert!(!answer.whole.contains("s3cret"));
}
