//! What everything that decodes pictures must do, asked of the process that does; and what that does when the program in
//! it is not itself any more.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, iter, pending, repeat};
use maru::adapters::decoder::DecoderProcess;
use maru::domain::asset::{Refusal, SourceType, VariantName};
use maru::ports::asset::{Decoded, Made, PictureDecoder};
use sha2::{Digest, Sha256};

use super::{canvas, corpus};

type Pieces = BoxStream<'static, io::Result<Bytes>>;

fn pieces(file: &[u8], size: usize) -> Pieces {
    let pieces: Vec<_> = file
        .chunks(size)
        .map(|it| Ok(Bytes::copy_from_slice(it)))
        .collect();
    iter(pieces).boxed()
}

async fn decoded(decoder: &dyn PictureDecoder, file: &[u8], declared: SourceType) -> Decoded {
    decoder.decode(declared, pieces(file, 4_096)).await.unwrap()
}

fn made(decoded: Decoded) -> Made {
    match decoded {
        Decoded::Made(made) => made,
        Decoded::Refused(why) => panic!("refused: {why:?}"),
    }
}

/// Runs the suite.
async fn conformance(decoder: &dyn PictureDecoder) {
    pictures_are_made_anew(decoder).await;
    what_is_none_is_refused(decoder).await;
    bytes_that_do_not_come_are_no_verdict(decoder).await;
}

async fn pictures_are_made_anew(decoder: &dyn PictureDecoder) {
    for (file, kind, sides) in [
        (canvas::png(3_000, 1_500), SourceType::Png, (2_048, 1_024)),
        (canvas::jpeg(700, 350), SourceType::Jpeg, (700, 350)),
        (canvas::webp(64, 32), SourceType::Webp, (64, 32)),
        (canvas::gif(40, 20, 3), SourceType::Gif, (40, 20)),
        // Turned by what it says of itself, which is gone then.
        (canvas::tagged_jpeg(80, 40, 6), SourceType::Jpeg, (40, 80)),
    ] {
        let first = made(decoded(decoder, &file, kind).await);
        let names: Vec<_> = first.variants.iter().map(|it| it.variant.name).collect();
        assert_eq!(names, VariantName::ALL);
        for one in &first.variants {
            let variant = &one.variant;
            assert_eq!(variant.sha256, <[u8; 32]>::from(Sha256::digest(&one.bytes)));
            assert_eq!(variant.bytes, u64::try_from(one.bytes.len()).unwrap());
            assert!(variant.width.max(variant.height) <= variant.name.side_max());
            let seen = image::load_from_memory(&one.bytes).unwrap();
            assert_eq!(
                (seen.width(), seen.height()),
                (variant.width, variant.height)
            );
            for kept in [b"EXIF", b"Exif", b"ICCP", b"XMP "] {
                let found = one.bytes.windows(kept.len()).any(|part| part == kept);
                assert!(!found, "{}", String::from_utf8_lossy(kept));
            }
        }
        let large = &first.variants[2].variant;
        assert_eq!((large.width, large.height), sides);
        // The same bytes become the same, in whatever pieces they come.
        for size in [file.len(), 1_000] {
            let again = decoder.decode(kind, pieces(&file, size)).await.unwrap();
            assert_eq!(made(again), first);
        }
    }
}

async fn what_is_none_is_refused(decoder: &dyn PictureDecoder) {
    let png = canvas::png(50, 50);
    for (file, kind, why) in [
        (Vec::new(), SourceType::Png, Refusal::NotAPicture),
        (corpus::svg(), SourceType::Png, Refusal::NotAPicture),
        (png.clone(), SourceType::Gif, Refusal::TypeMismatch),
        (
            png[..png.len() / 2].to_vec(),
            SourceType::Png,
            Refusal::Truncated,
        ),
        (corpus::png_bomb(), SourceType::Png, Refusal::TooManyPixels),
        (corpus::png_line(), SourceType::Png, Refusal::SideTooLong),
        (
            corpus::gif_flood(),
            SourceType::Gif,
            Refusal::AnimatedTooLong,
        ),
    ] {
        let begun = Instant::now();
        assert_eq!(decoded(decoder, &file, kind).await, Decoded::Refused(why));
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    // What never ends is left at some point.
    let endless = repeat(()).map(|()| Ok(Bytes::from_static(&[0; 65_536])));
    let refused = decoder.decode(SourceType::Png, endless.boxed()).await;
    assert!(matches!(refused, Ok(Decoded::Refused(_))), "{refused:?}");
}

async fn bytes_that_do_not_come_are_no_verdict(decoder: &dyn PictureDecoder) {
    let png = canvas::png(50, 50);
    let half = Bytes::copy_from_slice(&png[..20]);
    let broken = iter([Ok(half), Err(io::Error::other("the store is away"))]);
    let failed = decoder.decode(SourceType::Png, broken.boxed()).await;
    assert!(failed.is_err(), "{failed:?}");
    // And the next one is looked at as if nothing had been.
    made(decoded(decoder, &png, SourceType::Png).await);
}

fn program() -> DecoderProcess {
    DecoderProcess::new(env!("CARGO_BIN_EXE_maru").into(), 1)
}

#[tokio::test]
async fn the_process_keeps_what_a_decoder_promises() {
    conformance(&program()).await;
}

#[tokio::test]
async fn a_store_that_stalls_is_no_fault_of_the_picture() {
    let begun = iter([Ok::<_, io::Error>(Bytes::from_static(b"\x89PNG"))]).chain(pending());
    let decoder = program().patient(Duration::from_secs(1));
    let failed = decoder.decode(SourceType::Png, begun.boxed()).await;
    assert!(failed.is_err(), "{failed:?}");
}

/// A decoder that somebody else speaks through.
fn taken_over(folder: &std::path::Path, says: &str) -> DecoderProcess {
    let program = folder.join("program");
    // By another process: a file this one has open for writing cannot be run.
    let written = std::process::Command::new("/bin/sh")
        .args(["-c", r#"printf '%s\n' "$0" "$1" >"$2" && chmod 755 "$2""#])
        .args(["#!/bin/sh", says])
        .arg(&program)
        .status();
    assert!(written.unwrap().success());
    DecoderProcess::new(program, 1)
}

#[tokio::test]
async fn whoever_takes_the_process_over_can_refuse_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let png = canvas::png(50, 50);
    for (says, why) in [
        ("exit 3", Refusal::Broken),
        (
            "cat >/dev/null; echo '\"sealed\"'; echo '{\"made\":{\"blurhash\":\"x\",\"variants\":[]}}'",
            Refusal::Broken,
        ),
        ("cat >/dev/null; exec cat /dev/zero", Refusal::TooCostly),
        ("kill -KILL $$", Refusal::TooCostly),
    ] {
        let decoder = taken_over(folder.path(), says);
        let answer = decoded(&decoder, &png, SourceType::Png).await;
        assert_eq!(answer, Decoded::Refused(why), "{says}");
    }
    let nothing = DecoderProcess::new(folder.path().join("nothing"), 1);
    let failed = nothing.decode(SourceType::Png, pieces(&png, 99)).await;
    assert!(failed.is_err(), "{failed:?}");
}

#[tokio::test]
async fn a_process_that_does_not_end_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let says = format!(
        "echo $$ >'{}'; cat >/dev/null; exec sleep 600",
        pid.display()
    );
    let decoder = taken_over(folder.path(), &says).patient(Duration::from_secs(3));
    let answer = decoded(&decoder, &canvas::png(50, 50), SourceType::Png).await;
    assert_eq!(answer, Decoded::Refused(Refusal::TooCostly));
    let pid = std::fs::read_to_string(&pid).unwrap();
    let is_there = std::path::Path::new("/proc").join(pid.trim()).exists();
    assert!(!is_there, "not even a zombie is left");
}

/// What the system says of a process.
fn status(pid: u32, field: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let value = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    Some(value.trim().to_owned())
}

#[tokio::test]
async fn the_process_is_sealed_before_it_reads_and_opens_nothing_afterwards() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_maru"))
        .args(["decode-picture", "image/png"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    lines.read_line(&mut said).unwrap();
    let pid = child.id();
    // A filter of system calls is in force (2), there is no way back, and there is one thread, so none is left out.
    let is_filtered = status(pid, "Seccomp").expect("this kernel has filters");
    assert_eq!((said.as_str(), is_filtered.as_str()), ("\"sealed\"\n", "2"));
    assert_eq!(status(pid, "NoNewPrivs").as_deref(), Some("1"));
    assert_eq!(status(pid, "Threads").as_deref(), Some("1"));
    // And it does its work like that.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&canvas::png(300, 200)).unwrap();
    drop(stdin);
    said.clear();
    lines.read_line(&mut said).unwrap();
    assert!(said.starts_with("{\"made\":"), "{said}");
    std::io::copy(&mut lines, &mut io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
}
