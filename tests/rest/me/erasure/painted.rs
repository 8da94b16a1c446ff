//! Pictures somebody has uploaded.

use maru::domain::asset::{Alt, LicenseNote, Purpose, Source, SourceType, Variant, VariantName};
use maru::domain::clock::Clock;
use maru::domain::id::{AssetId, UserId};
use maru::domain::version::Expected;
use maru::ports::asset::{Allowance, AssetStore, AssetWork, AvatarSet, NewAsset, Settled};

use crate::server::Server;

/// A picture that is shown, as far as the store knows of it.
pub(super) async fn painted(server: &Server, id: UserId) {
    let now = Clock::start().wall();
    let sha256 = [7; 32];
    let new = NewAsset {
        id: AssetId::generate(),
        owner: id,
        purpose: Purpose::Avatar,
        alt: Alt::parse("지워질 그림").unwrap(),
        license_note: LicenseNote::default(),
        source: Source {
            content_type: SourceType::Png,
            bytes: 9,
            sha256,
        },
        until: None,
    };
    let allowance = Allowance {
        count: 9,
        bytes: 99,
    };
    server.store.add(&new, allowance, None, now).await.unwrap();
    server.store.hold(&[sha256], now).await.unwrap();
    let variants = VariantName::ALL.map(|name| Variant {
        name,
        sha256,
        width: 1,
        height: 1,
        bytes: 9,
    });
    let ready = server.store.ready(new.id, "L00000", &variants, now).await;
    assert_eq!(ready.unwrap(), Settled::Ready);
    let chosen = server.store.set_avatar(id, Some(new.id), &Expected::Any);
    assert!(matches!(chosen.await.unwrap(), AvatarSet::Done(_)));
}
