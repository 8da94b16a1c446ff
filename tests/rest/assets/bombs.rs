//! Twenty bombs at once against the real program: how much memory it takes, and each process that decodes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use maru::domain::asset::limits::DECODER_BYTES_MAX;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::sending::{send, settled};
use super::{canvas, corpus};
use crate::browser::Browser;

/// What the server may take more than before, in bytes; `docs/media.md` says so.
const SERVER_BYTES_MAX: u64 = 96 * 1024 * 1024;

/// Decoders at once.
const DECODERS: usize = 2;

async fn serve(data: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maru"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MARU_") {
            command.env_remove(name);
        }
    }
    command.current_dir(data).env("MARU_LOG_FORMAT", "json");
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("it serves");
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        if said["fields"]["message"] == "serving" {
            let address = said["fields"]["address"].as_str().unwrap().to_owned();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, format!("http://{address}"));
        }
    }
}

/// The most memory a process has had, in bytes.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn children(pid: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let of = |name: String| {
        let child: u32 = name.parse().ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
        (parent == pid.to_string()).then_some(child)
    };
    processes
        .filter_map(|entry| of(entry.file_name().to_string_lossy().into_owned()))
        .collect()
}

#[tokio::test]
async fn twenty_bombs_at_once_stay_within_the_stated_bound() {
    let data = tempfile::tempdir().unwrap();
    // The largest picture that is taken: what honest work takes.
    let large = canvas::jpeg(6_000, 4_000);
    let bombs: Vec<(Vec<u8>, &str)> = (0..20)
        .map(|number| match number % 7 {
            0 => (corpus::png_bomb(), "image/png"),
            1 => (corpus::png_bomb_within(), "image/png"),
            2 => (corpus::png_text_bomb(), "image/png"),
            3 => (corpus::gif_flood(), "image/gif"),
            4 => (corpus::webp_bomb(), "image/webp"),
            5 => (large.clone(), "image/jpeg"),
            _ => (corpus::apng_flood(), "image/png"),
        })
        .collect();
    let (child, origin) = serve(data.path()).await;
    let pid = child.id().unwrap();
    // Two people: one alone may not send as much at once.
    let browsers = [Browser::at(&origin), Browser::at(&origin)];
    browsers[0].sign_in("나쁜이").await;
    browsers[1].sign_in("더 나쁜이").await;
    let before = peak(pid).unwrap();
    let done = CancellationToken::new();
    let stop = done.clone();
    let watching = tokio::spawn(async move {
        let (mut decoders, mut at_once) = (BTreeMap::new(), 0);
        loop {
            let now = children(pid);
            at_once = at_once.max(now.len());
            for child in now {
                if let Some(bytes) = peak(child) {
                    let most: &mut u64 = decoders.entry(child).or_default();
                    *most = bytes.max(*most);
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            if stop.is_cancelled() {
                return (decoders, at_once);
            }
        }
    });
    let of = |number: usize| &browsers[number % browsers.len()];
    let bombs = bombs.iter().enumerate();
    let sends = bombs.map(|(number, (file, kind))| send(of(number), file, kind));
    let answers = futures_util::future::join_all(sends).await;
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.status, 202, "{}", answer.body);
        let id = answer.json()["asset"]["id"].as_str().unwrap().to_owned();
        let asset = settled(of(number), &id).await;
        assert!(
            ["ready", "refused"].contains(&asset["state"].as_str().unwrap()),
            "{asset}"
        );
    }
    done.cancel();
    let (decoders, at_once) = watching.await.unwrap();
    let server = peak(pid).unwrap() - before;
    let most = decoders.values().max().copied().unwrap_or(0);
    println!(
        "the server took {} MB more; {} decoders were seen, {at_once} at once, of {} MB at the most",
        server >> 20,
        decoders.len(),
        most >> 20
    );
    assert!(
        server <= SERVER_BYTES_MAX,
        "the server took {server} bytes more"
    );
    assert!(most <= DECODER_BYTES_MAX, "a decoder took {most} bytes");
    assert!((1..=DECODERS).contains(&at_once), "{at_once} at once");
    // It serves on.
    assert_eq!(browsers[0].get("/v1/me").await.status, 200);
}
