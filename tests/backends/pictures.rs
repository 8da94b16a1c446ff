//! Pictures on a real object store: the suite of what they need of one, and one picture from its upload to its end.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use maru::adapters::decoder::DecoderProcess;
use maru::adapters::sqlite::Sqlite;
use maru::config::{Config, ConfigFile, S3Config};
use maru::domain::asset::limits::{LEASE_MS, UPLOAD_BYTES_DEFAULT};
use maru::domain::asset::{
    Alt, AssetState, LicenseNote, LinkKeys, Purpose, SourceType, VariantName, quarantine_place,
    stored_place,
};
use maru::domain::audit::Trace;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{RoomId, UserId};
use maru::domain::text::PersonName;
use maru::domain::user::Look;
use maru::ports::asset::{Allowance, Wake};
use maru::ports::user::{Identity, NewUser, UserStore};
use maru::services::asset::{AssetParts, AssetService, MediaRules, NewUpload};
use maru::workers::asset::{Clearing, Decoding};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

use crate::store_of_bytes::conformance;

/// As S3 takes them.
const PART_BYTES: usize = 5 * 1024 * 1024;

/// Whatever `script/services` lets in.
const KEYS: (&str, &str) = ("maru", "maru-secret");

/// The bucket `script/services` makes.
const BUCKET: &str = "maru";

/// What makes the program use the store at this address.
pub(crate) fn settings(at: &str) -> [(&'static str, String); 5] {
    [
        ("backend.s3_endpoint", at.to_owned()),
        ("backend.s3_bucket", BUCKET.to_owned()),
        ("backend.s3_region", "us-east-1".to_owned()),
        ("backend.s3_access_key", KEYS.0.to_owned()),
        ("backend.s3_secret_key", KEYS.1.to_owned()),
    ]
}

fn config(at: &str) -> S3Config {
    let lines = settings(at).map(|(key, value)| format!("{key} = {value:?}\n"));
    let file = ConfigFile::new("maru.toml", lines.concat());
    let config = Config::load(&Default::default(), [], Some(&file)).unwrap();
    config.backend.s3().unwrap()
}

fn running(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}

/// The suite.
pub(crate) fn conforms(at: &str) {
    let store = maru::adapters::s3::pictures(&config(at)).unwrap();
    running(conformance(&store, PART_BYTES));
}

async fn somebody(store: &Sqlite) -> UserId {
    let identity = Identity {
        provider: "dev".to_owned(),
        issuer: "https://id.example".to_owned(),
        subject: "painter".to_owned(),
        email: None,
    };
    let new = NewUser {
        id: UserId::generate(),
        front_room_id: RoomId::generate(),
        handles: vec!["painter".to_owned()],
        display_name: PersonName::parse("화가").unwrap(),
        look: Look([1, 2, 3, 4, 5, 6]),
        mood: String::new(),
        bio: String::new(),
        at: WallMs(1),
        trace: Trace::default(),
    };
    store.admit(&identity, &new).await.unwrap();
    new.id
}

/// A file that is taken in several parts.
fn large() -> Bytes {
    let mut state = 1_u32;
    let pixels = image::RgbImage::from_fn(2_000, 1_500, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, r, g, b] = state.to_le_bytes();
        image::Rgb([r, g, b])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner().into()
}

async fn is_there(bytes: &dyn ObjectStore, place: &str) -> bool {
    match bytes.head(&Path::from(place)).await {
        Ok(_) => true,
        Err(Error::NotFound { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

/// A picture is sent in parts, made anew, given out in ranges, deleted, and its bytes go.
pub(crate) fn a_picture_lives_there(at: &str) {
    let bytes: Arc<dyn ObjectStore> = Arc::new(maru::adapters::s3::pictures(&config(at)).unwrap());
    running(async {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(folder.path()).await.unwrap());
        let owner = somebody(&store).await;
        let (clock, wake) = (Clock::start(), Arc::new(Wake::default()));
        let parts = AssetParts {
            store: store.clone(),
            avatars: store.clone(),
            bytes: bytes.clone(),
            rules: MediaRules {
                upload_bytes_max: UPLOAD_BYTES_DEFAULT,
                allowance: Allowance {
                    count: 9,
                    bytes: u64::MAX,
                },
                part_bytes: PART_BYTES,
            },
            keys: LinkKeys::new([1; 32]),
            wake: wake.clone(),
        };
        let assets = AssetService::new(parts, clock);
        let file = large();
        assert!(file.len() > PART_BYTES, "{} bytes", file.len());
        let new = NewUpload {
            purpose: Purpose::Picture,
            alt: Alt::default(),
            license_note: LicenseNote::default(),
            content_type: SourceType::Png,
        };
        let said = (
            u64::try_from(file.len()).unwrap(),
            Sha256::digest(&file).into(),
        );
        let announced = assets.announce(owner, new, said, None).await.unwrap();
        let id = announced.asset.id;
        let head = (Some(SourceType::Png), None);
        let begun = assets.begin_announced(id, &announced.signature, head).await;
        let mut upload = begun.unwrap();
        for piece in file.chunks(100_000) {
            upload.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        let kept = assets.keep_announced(upload.end()).await.unwrap();
        assert_eq!(kept.state, AssetState::Processing);
        assert!(is_there(&*bytes, &quarantine_place(id)).await);
        let decoding = Decoding {
            work: store.clone(),
            bytes: bytes.clone(),
            decoder: Arc::new(DecoderProcess::new(env!("CARGO_BIN_EXE_maru").into(), 1)),
            wake: wake.clone(),
        };
        assert!(decoding.step(clock).await.unwrap());
        assert!(!is_there(&*bytes, &quarantine_place(id)).await);
        let ready = assets.show(id, owner, false).await.unwrap();
        assert_eq!(ready.state, AssetState::Ready);
        let picture = ready.picture.unwrap();
        for variant in &picture.variants {
            let got = assets.read(variant, None).await.unwrap().into_stream();
            let whole = got.try_collect::<Vec<Bytes>>().await.unwrap().concat();
            assert_eq!(variant.sha256, <[u8; 32]>::from(Sha256::digest(&whole)));
            let got = assets
                .read(variant, Some(8..12))
                .await
                .unwrap()
                .into_stream();
            let part = got.try_collect::<Vec<Bytes>>().await.unwrap().concat();
            assert_eq!(part, b"WEBP");
        }
        let thumb = picture
            .variants
            .iter()
            .find(|it| it.name == VariantName::Thumb);
        let thumb = stored_place(&thumb.unwrap().sha256);
        assets.remove(id, owner).await.unwrap();
        let clearing = Clearing {
            work: store.clone(),
            bytes: bytes.clone(),
            wake,
        };
        clearing.pass(clock.wall(), clock).await.unwrap();
        assert!(is_there(&*bytes, &thumb).await, "whoever wrote it holds it");
        let later = WallMs(clock.wall().0 + 2 * LEASE_MS);
        clearing.pass(later, clock).await.unwrap();
        for variant in &picture.variants {
            assert!(!is_there(&*bytes, &stored_place(&variant.sha256)).await);
        }
        // An upload that was given up, and one that nobody knows.
        let stray = Path::from(quarantine_place(id));
        bytes.put(&stray, "x".into()).await.unwrap();
        clearing.strays(clock.wall()).await.unwrap();
        assert!(is_there(&*bytes, stray.as_ref()).await);
        clearing
            .strays(WallMs(clock.wall().0 + 2 * 60 * 60 * 1_000))
            .await
            .unwrap();
        assert!(!is_there(&*bytes, stray.as_ref()).await);
    });
}
