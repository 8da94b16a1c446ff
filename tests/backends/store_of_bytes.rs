//! What pictures need of a store of bytes, whether that is a folder or S3: one suite for both.

use std::ops::Range;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use maru::domain::clock::Clock;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart,
};

/// Runs the suite on an empty store that takes parts of so many bytes.
pub(crate) async fn conformance(store: &dyn ObjectStore, part_bytes: usize) {
    what_comes_in_parts_is_there_once_it_is_whole(store, part_bytes).await;
    what_is_given_up_leaves_nothing(store, part_bytes).await;
    what_is_put_can_be_read_in_ranges_and_put_again(store).await;
    what_is_gone_is_gone(store).await;
    a_folder_lists_what_is_in_it(store).await;
}

fn bytes(count: usize) -> Bytes {
    (0..count)
        .map(|at| (at * 31 % 251).to_le_bytes()[0])
        .collect()
}

async fn whole(store: &dyn ObjectStore, path: &Path) -> Bytes {
    store.get(path).await.unwrap().bytes().await.unwrap()
}

async fn is_missing(store: &dyn ObjectStore, path: &Path) -> bool {
    matches!(store.get(path).await, Err(Error::NotFound { .. }))
}

async fn writing(store: &dyn ObjectStore, path: &Path, part_bytes: usize) -> WriteMultipart {
    let upload = store.put_multipart(path).await.unwrap();
    WriteMultipart::new_with_chunk_size(upload, part_bytes)
}

async fn what_comes_in_parts_is_there_once_it_is_whole(store: &dyn ObjectStore, part: usize) {
    for (number, count) in [0, 1, part - 1, part, 2 * part + 7].into_iter().enumerate() {
        let path = Path::from(format!("quarantine/whole-{number}"));
        let sent = bytes(count);
        let mut writing = writing(store, &path, part).await;
        let mut rest = sent.clone();
        while !rest.is_empty() {
            let piece = rest.split_to(rest.len().min(part / 3));
            writing.wait_for_capacity(1).await.unwrap();
            writing.put(piece);
            assert!(is_missing(store, &path).await, "not before it is whole");
        }
        writing.finish().await.unwrap();
        assert!(whole(store, &path).await == sent, "{count} bytes");
        store.delete(&path).await.unwrap();
    }
}

async fn what_is_given_up_leaves_nothing(store: &dyn ObjectStore, part: usize) {
    let path = Path::from("quarantine/given-up");
    let mut writing = writing(store, &path, part).await;
    writing.put(bytes(part + 1));
    writing.abort().await.unwrap();
    assert!(is_missing(store, &path).await);
    let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
    assert!(listed.is_empty(), "{listed:?}");
}

async fn what_is_put_can_be_read_in_ranges_and_put_again(store: &dyn ObjectStore) {
    let path = Path::from("pictures/ab/abab");
    let sent = bytes(10_000);
    let put = || store.put(&path, PutPayload::from(sent.clone()));
    // The same picture of two people at once.
    let (one, other) = tokio::join!(put(), put());
    one.unwrap();
    other.unwrap();
    assert!(whole(store, &path).await == sent);
    for range in [0..1, 9_999..10_000, 5..9_995] {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            ..GetOptions::default()
        };
        let got = store.get_opts(&path, options).await.unwrap();
        assert_eq!(got.range, range);
        let Range { start, end } = range;
        let within = |at: u64| usize::try_from(at).unwrap();
        let got = got.into_stream().try_collect::<Vec<Bytes>>().await.unwrap();
        assert!(got.concat() == sent[within(start)..within(end)]);
    }
    store.delete(&path).await.unwrap();
}

async fn what_is_gone_is_gone(store: &dyn ObjectStore) {
    let path = Path::from("pictures/cd/cdcd");
    store.put(&path, "x".into()).await.unwrap();
    store.delete(&path).await.unwrap();
    assert!(is_missing(store, &path).await);
    // To be repeated by whoever does not know.
    let again = store.delete(&path).await;
    assert!(
        matches!(again, Ok(()) | Err(Error::NotFound { .. })),
        "{again:?}"
    );
}

async fn a_folder_lists_what_is_in_it(store: &dyn ObjectStore) {
    let inside = ["quarantine/a", "quarantine/b"].map(Path::from);
    let beside = ["quarantined", "pictures/ef/efef"].map(Path::from);
    for path in inside.iter().chain(&beside) {
        store.put(path, "four".into()).await.unwrap();
    }
    let folder = Path::from("quarantine");
    let listed: Vec<_> = store.list(Some(&folder)).collect().await;
    let listed: Vec<_> = listed.into_iter().map(Result::unwrap).collect();
    let mut paths: Vec<Path> = listed.iter().map(|it| it.location.clone()).collect();
    paths.sort();
    assert_eq!(paths, inside);
    let now = Clock::start().wall().0 / 1_000;
    for object in &listed {
        assert_eq!(object.size, 4);
        let at = u64::try_from(object.last_modified.timestamp()).unwrap();
        assert!(at.abs_diff(now) < 600, "strays are told by their age");
    }
    for path in inside.iter().chain(&beside) {
        store.delete(path).await.unwrap();
    }
}
