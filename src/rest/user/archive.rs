//! A zip archive written as its contents come: to a file without a name, by a thread of its own, so that neither its
//! size nor a slow disk or reader holds up anything else.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use futures_util::stream::{try_unfold, unfold};
use futures_util::{Stream, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio::task::JoinSet;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::domain::id::UserId;
use crate::ports::personal_data::{Archive, ArchiveStopped};

mod pictures;

pub(super) use pictures::Linking;

/// Values that wait to be written.
const WAITING_MAX: usize = 64;

/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;

const README_KO: &str = include_str!("archive/readme.ko.txt");
const README_EN: &str = include_str!("archive/readme.en.txt");

/// Archives written at once: each takes a thread.
const WRITTEN_AT_ONCE: usize = 2;

/// Archives on the disk at once.
const TAKEN_AT_ONCE: usize = 32;

/// How long somebody has to take theirs.
const TAKEN_WITHIN: Duration = Duration::from_secs(600);

static THREADS: Semaphore = Semaphore::const_new(WRITTEN_AT_ONCE);

static TAKEN: Mutex<BTreeSet<UserId>> = Mutex::new(BTreeSet::new());

/// The right to have an archive written, until it is dropped; none while others are.
pub(super) fn thread() -> Option<SemaphorePermit<'static>> {
    THREADS.try_acquire().ok()
}

/// Somebody takes their archive, until it is dropped: one of theirs is on the disk at a time.
#[derive(Debug)]
pub(super) struct Taking(UserId);

impl Taking {
    /// Begins, unless they take one already or too many others do.
    pub(super) fn begin(person: UserId) -> Option<Self> {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        (taken.len() < TAKEN_AT_ONCE && taken.insert(person)).then(|| Self(person))
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        taken.remove(&self.0);
    }
}

#[derive(Debug)]
enum Piece {
    File(String),
    Value(String),
    End,
}

/// The way into an archive.
pub(super) struct Writing(mpsc::Sender<Piece>);

impl Writing {
    /// Nothing more comes. An archive that is not ended is thrown away.
    pub(super) async fn end(&self) {
        // Who does not take it has failed, and says so.
        let _ = self.0.send(Piece::End).await;
    }

    async fn put(&self, piece: Piece) -> Result<(), ArchiveStopped> {
        self.0.send(piece).await.map_err(|_| ArchiveStopped)
    }
}

#[async_trait]
impl Archive for Writing {
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped> {
        self.put(Piece::File(format!("{name}.json"))).await
    }

    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped> {
        self.put(Piece::Value(json)).await
    }
}

/// An archive to be written, and the finished file with its length.
pub(super) fn begin() -> (Writing, impl Future<Output = io::Result<(File, u64)>>) {
    let (pieces, waiting) = mpsc::channel(WAITING_MAX);
    let written = async {
        let writing = tokio::task::spawn_blocking(|| write(waiting));
        writing
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
    };
    (Writing(pieces), written)
}

fn write(mut pieces: mpsc::Receiver<Piece>) -> io::Result<(File, u64)> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(BufWriter::new(tempfile::tempfile()?));
    for (name, text) in [("README.ko.txt", README_KO), ("README.txt", README_EN)] {
        zip.start_file(name, options)?;
        zip.write_all(text.as_bytes())?;
    }
    // Before each value: the beginning of a list, or a comma.
    let mut before: Option<&str> = None;
    while let Some(piece) = pieces.blocking_recv() {
        if matches!(piece, Piece::File(_) | Piece::End)
            && let Some(before) = before.take()
        {
            zip.write_all(if before == "[" { b"[]\n" } else { b"\n]\n" })?;
        }
        match piece {
            Piece::File(name) => {
                zip.start_file(name, options)?;
                before = Some("[");
            }
            Piece::Value(json) => {
                zip.write_all(before.replace(",").unwrap_or(",").as_bytes())?;
                zip.write_all(b"\n")?;
                zip.write_all(json.as_bytes())?;
            }
            Piece::End => {
                let mut file = zip.finish()?.into_inner()?;
                let bytes = file.stream_position()?;
                file.seek(SeekFrom::Start(0))?;
                return Ok((file, bytes));
            }
        }
    }
    Err(io::Error::from(io::ErrorKind::UnexpectedEof))
}

/// A file, a chunk at a time, for as long as it may be taken.
pub(super) fn read(file: File, taking: Taking) -> impl Stream<Item = io::Result<Bytes>> {
    let file = tokio::fs::File::from_std(file);
    let chunks = try_unfold((file, taking), |(mut file, taking)| async move {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let read = file.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| (Bytes::from(chunk), (file, taking))))
    });
    let mut chunks = Box::pin(chunks);
    // A reader who stops asking is ended too: the deadline is its own, not that of the next question.
    let (way, taken) = mpsc::channel(1);
    let handing = async move {
        while let Some(chunk) = chunks.next().await {
            if way.send(chunk).await.is_err() {
                break;
            }
        }
    };
    // Ends with the answer at the latest.
    let mut tasks = JoinSet::new();
    tasks.spawn(tokio::time::timeout(TAKEN_WITHIN, handing));
    unfold((taken, tasks), |(mut taken, tasks)| async move {
        Some((taken.recv().await?, (taken, tasks)))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn an_archive_holds_a_list_a_file_and_says_what_it_is() {
        let (mut writing, written) = begin();
        let fill = async {
            writing.begin("none").await.unwrap();
            writing.begin("some").await.unwrap();
            for number in 0..200 {
                writing.add(format!("{{\"n\":{number}}}")).await.unwrap();
            }
            writing.end().await;
        };
        let ((), file) = tokio::join!(fill, written);
        let (file, bytes) = file.unwrap();
        let person = UserId::generate();
        let taking = Taking::begin(person).unwrap();
        assert!(Taking::begin(person).is_none(), "one at a time");
        let chunks: Vec<Bytes> = read(file, taking).try_collect().await.unwrap();
        assert!(Taking::begin(person).is_some(), "the next one");
        let whole = chunks.concat();
        assert_eq!(whole.len() as u64, bytes);
        let mut zip = zip::ZipArchive::new(io::Cursor::new(whole)).unwrap();
        let names: Vec<String> = zip
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert_eq!(
            names,
            ["README.ko.txt", "README.txt", "none.json", "some.json"]
        );
        let mut list = |name: &str| {
            let mut text = String::new();
            zip.by_name(name)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap()
        };
        assert!(list("none.json").is_empty());
        let some = list("some.json");
        assert_eq!(
            (some.len(), &some[199]),
            (200, &serde_json::json!({"n": 199}))
        );
    }

    #[tokio::test]
    async fn an_archive_that_is_not_ended_is_none() {
        let (mut writing, written) = begin();
        let stop = async {
            writing.begin("some").await.unwrap();
            drop(writing);
        };
        let ((), file) = tokio::join!(stop, written);
        assert!(file.is_err());
    }
}
