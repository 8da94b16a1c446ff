//! The loops over a store of bytes in memory and queues that are told what to hold.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::*;
use crate::domain::asset::limits::{STRAY_KEPT_MS, TRIES_MAX};
use crate::domain::asset::{
    Refusal, Source, SourceType, Variant, VariantName, quarantine_place, stored_place,
};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::AssetId;
use crate::ports::asset::*;
use crate::ports::cdn::{CdnPurge, NotPurged};

#[derive(Default)]
struct Queues {
    waiting: Mutex<Vec<Waiting>>,
    settled: Mutex<Vec<String>>,
    loose: Mutex<Vec<[u8; 32]>>,
    awaited: Mutex<BTreeSet<AssetId>>,
    purges: Mutex<Vec<(Purge, WallMs)>>,
}

#[async_trait]
impl AssetWork for Queues {
    async fn take(&self, _: WallMs, _: WallMs) -> Result<Option<Waiting>, AssetsUnavailable> {
        Ok(self.waiting.lock().unwrap().pop())
    }
    async fn hold(&self, _: &[[u8; 32]], _: WallMs) -> Result<bool, AssetsUnavailable> {
        Ok(true)
    }
    async fn ready(
        &self,
        _: AssetId,
        blurhash: &str,
        _: &[Variant],
        _: WallMs,
    ) -> Result<Settled, AssetsUnavailable> {
        self.settled.lock().unwrap().push(blurhash.to_owned());
        Ok(Settled::Ready)
    }
    async fn give_back(&self, id: AssetId, _: WallMs) -> Result<(), AssetsUnavailable> {
        self.settled.lock().unwrap().push(format!("back {id}"));
        Ok(())
    }
    async fn refuse(
        &self,
        _: AssetId,
        refusal: Refusal,
        _: WallMs,
    ) -> Result<(), AssetsUnavailable> {
        self.settled
            .lock()
            .unwrap()
            .push(refusal.as_str().to_owned());
        Ok(())
    }
    async fn sweep(&self, _: WallMs) -> Result<u32, AssetsUnavailable> {
        Ok(0)
    }
    async fn let_go(&self, _: u32, now: WallMs) -> Result<LetGo, AssetsUnavailable> {
        let bytes = self.loose.lock().unwrap().clone();
        let until = WallMs(now.0 + LET_GO_MS);
        Ok(LetGo { bytes, until })
    }
    async fn gone(&self, deleted: &LetGo) -> Result<(), AssetsUnavailable> {
        self.loose
            .lock()
            .unwrap()
            .retain(|sha256| !deleted.bytes.contains(sha256));
        Ok(())
    }
    async fn awaited(&self, ids: &[AssetId]) -> Result<BTreeSet<AssetId>, AssetsUnavailable> {
        let awaited = self.awaited.lock().unwrap();
        Ok(ids
            .iter()
            .copied()
            .filter(|id| awaited.contains(id))
            .collect())
    }
}

#[async_trait]
impl PurgeQueue for Queues {
    async fn due(&self, _: u32, now: WallMs) -> Result<Vec<Purge>, AssetsUnavailable> {
        let purges = self.purges.lock().unwrap();
        let due = purges.iter().filter(|(_, due)| *due <= now);
        Ok(due.map(|(purge, _)| *purge).collect())
    }
    async fn done(&self, ids: &[i64]) -> Result<(), AssetsUnavailable> {
        self.purges
            .lock()
            .unwrap()
            .retain(|(purge, _)| !ids.contains(&purge.id));
        Ok(())
    }
    async fn put_off(&self, _: &[i64], until: WallMs) -> Result<(), AssetsUnavailable> {
        for (purge, due) in self.purges.lock().unwrap().iter_mut() {
            (purge.tries, *due) = (purge.tries + 1, until);
        }
        Ok(())
    }
}

/// Refuses whatever it gets.
struct Refusing;

#[async_trait]
impl PictureDecoder for Refusing {
    async fn decode(
        &self,
        _: SourceType,
        _: BoxStream<'static, std::io::Result<Bytes>>,
    ) -> Result<Decoded, DecoderUnavailable> {
        Ok(Decoded::Refused(Refusal::Broken))
    }
}

/// Cannot look at anything now.
struct Away;

#[async_trait]
impl PictureDecoder for Away {
    async fn decode(
        &self,
        _: SourceType,
        _: BoxStream<'static, std::io::Result<Bytes>>,
    ) -> Result<Decoded, DecoderUnavailable> {
        Err(DecoderUnavailable("away".to_owned()))
    }
}

fn waiting(tries: u32) -> Waiting {
    Waiting {
        id: AssetId::generate(),
        source: Source {
            content_type: SourceType::Png,
            bytes: 1,
            sha256: [1; 32],
        },
        tries,
    }
}

async fn is_there(bytes: &dyn ObjectStore, place: &str) -> bool {
    bytes.head(&Path::from(place)).await.is_ok()
}

#[tokio::test]
async fn an_upload_leaves_quarantine_whatever_it_is() {
    let (queues, bytes) = (Arc::new(Queues::default()), Arc::new(InMemory::new()));
    let decoding = Decoding {
        work: queues.clone(),
        bytes: bytes.clone(),
        decoder: Arc::new(Refusing),
        wake: Arc::default(),
    };
    for (tries, is_kept, settled) in [
        (1, true, "broken"),
        (1, false, "truncated"),
        (TRIES_MAX + 1, true, "too_costly"),
    ] {
        let waiting = waiting(tries);
        queues.waiting.lock().unwrap().push(waiting);
        let place = quarantine_place(waiting.id);
        if is_kept {
            bytes
                .put(&Path::from(place.as_str()), "x".into())
                .await
                .unwrap();
        }
        assert!(decoding.step(Clock::start()).await.unwrap());
        assert_eq!(
            queues.settled.lock().unwrap().pop().as_deref(),
            Some(settled)
        );
        assert!(!is_there(&*bytes, &place).await);
    }
    assert!(!decoding.step(Clock::start()).await.unwrap());
}

#[tokio::test]
async fn an_upload_that_cannot_be_looked_at_now_waits() {
    let (queues, bytes) = (Arc::new(Queues::default()), Arc::new(InMemory::new()));
    let decoding = Decoding {
        work: queues.clone(),
        bytes: bytes.clone(),
        decoder: Arc::new(Away),
        wake: Arc::default(),
    };
    let waiting = waiting(TRIES_MAX);
    let place = quarantine_place(waiting.id);
    let path = Path::from(place.as_str());
    bytes.put(&path, "x".into()).await.unwrap();
    queues.waiting.lock().unwrap().push(waiting);
    assert!(decoding.step(Clock::start()).await.is_err());
    let settled = queues.settled.lock().unwrap().clone();
    assert_eq!(settled, [format!("back {}", waiting.id)]);
    assert!(is_there(&*bytes, &place).await);
}

#[tokio::test]
async fn bytes_nobody_has_and_strays_are_deleted() {
    let (queues, bytes) = (Arc::new(Queues::default()), Arc::new(InMemory::new()));
    let (stray, awaited) = (AssetId::generate(), AssetId::generate());
    queues.awaited.lock().unwrap().insert(awaited);
    queues.loose.lock().unwrap().extend([[7; 32], [8; 32]]);
    let places = [
        stored_place(&[7; 32]),
        quarantine_place(stray),
        quarantine_place(awaited),
    ];
    for place in &places {
        bytes
            .put(&Path::from(place.as_str()), "x".into())
            .await
            .unwrap();
    }
    let clearing = Clearing {
        work: queues.clone(),
        bytes: bytes.clone(),
        wake: Arc::default(),
    };
    let clock = Clock::start();
    let now = clock.wall();
    clearing.pass(now, clock).await.unwrap();
    clearing.strays(now).await.unwrap();
    assert!(!is_there(&*bytes, &places[0]).await && is_there(&*bytes, &places[1]).await);
    assert!(queues.loose.lock().unwrap().is_empty());
    clearing
        .strays(WallMs(now.0 + STRAY_KEPT_MS + 10_000))
        .await
        .unwrap();
    assert!(!is_there(&*bytes, &places[1]).await && is_there(&*bytes, &places[2]).await);
}

#[derive(Default)]
struct Cdn {
    told: Mutex<Vec<String>>,
    fails: Mutex<u32>,
}

#[async_trait]
impl CdnPurge for Cdn {
    async fn purge(&self, urls: &[String]) -> Result<(), NotPurged> {
        let mut fails = self.fails.lock().unwrap();
        if *fails > 0 {
            *fails -= 1;
            return Err(NotPurged("down".to_owned()));
        }
        self.told.lock().unwrap().extend_from_slice(urls);
        Ok(())
    }
}

#[tokio::test]
async fn caches_are_told_until_they_have_heard() {
    let (queues, cdn) = (Arc::new(Queues::default()), Arc::new(Cdn::default()));
    *cdn.fails.lock().unwrap() = 3;
    let purge = Purge {
        id: 1,
        asset: AssetId::generate(),
        variant: VariantName::Small,
        sha256: [1; 32],
        tries: 0,
    };
    queues.purges.lock().unwrap().push((purge, WallMs(0)));
    let purging = Purging {
        queue: queues.clone(),
        cdn: cdn.clone(),
        base: "https://media.example".to_owned(),
    };
    for wait in [1_000, 2_000, 4_000] {
        let now = queues.purges.lock().unwrap()[0].1;
        assert!(purging.step(now).await.is_err());
        assert_eq!(queues.purges.lock().unwrap()[0].1, WallMs(now.0 + wait));
        assert!(!purging.step(now).await.unwrap(), "not yet");
    }
    let now = queues.purges.lock().unwrap()[0].1;
    assert!(purging.step(now).await.unwrap());
    let told = cdn.told.lock().unwrap().clone();
    assert!(told[0].starts_with("https://media.example/media/") && told.len() == 1);
    assert!(queues.purges.lock().unwrap().is_empty());
}
