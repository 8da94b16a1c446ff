//! Decodes what strangers sent in a process of its own: `maru decode-picture`, which can take so much memory and time
//! and no more, and whose end harms nobody.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use crate::domain::asset::limits::{DECODER_MS_MAX, MADE_BYTES_MAX};
use crate::domain::asset::{Refusal, SourceType, Variant, VariantName};
use crate::ports::asset::{Decoded, DecoderUnavailable, Made, MadeVariant, PictureDecoder};

mod child;
mod confine;

pub use child::run as decode_picture;

/// The hidden command of the program.
const COMMAND: &str = "decode-picture";

/// The longest of the two lines before the bytes.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// How far the process confined itself, which it says in its first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Confined {
    /// The kernel lets it read, answer and take memory within its limits.
    Sealed,
    /// The limits hold; the kernel filters no system calls, and this is why.
    Limited(String),
}

/// What the process says of the picture, in its second line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Refused(Refusal),
    Made {
        blurhash: String,
        variants: Vec<SaidVariant>,
    },
}

/// A size, whose bytes follow after those of the sizes before it.
#[derive(Debug, Serialize, Deserialize)]
struct SaidVariant {
    name: VariantName,
    width: u32,
    height: u32,
    bytes: u64,
}

/// Decodes in processes of a program, so many at once.
#[derive(Debug, Clone)]
pub struct DecoderProcess {
    program: PathBuf,
    places: Arc<Semaphore>,
    patience: Duration,
    /// Whether it was said that the kernel filters no system calls.
    is_limit_told: Arc<AtomicBool>,
}

impl DecoderProcess {
    /// A decoder that runs this program, which is `maru` itself.
    pub fn new(program: PathBuf, at_once: usize) -> Self {
        Self {
            program,
            places: Arc::new(Semaphore::new(at_once)),
            patience: Duration::from_millis(DECODER_MS_MAX),
            is_limit_told: Arc::default(),
        }
    }

    /// The same, which waits for so long.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn spawn(&self, declared: SourceType) -> io::Result<Child> {
        Command::new(&self.program)
            .args([COMMAND, declared.as_str()])
            // It is to know nothing of us.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

impl DecoderProcess {
    /// Takes the first line off; where it says that there is less protection than there could be, operators hear of it.
    fn hear_of_limits(&self, heard: &mut Bytes) {
        let confined = line(heard).and_then(|line| serde_json::from_slice(&line).ok());
        if let Some(Confined::Limited(why)) = confined
            && !self.is_limit_told.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                why,
                "pictures are decoded without a filter of system calls; limits of memory, time and files hold"
            );
        }
    }
}

/// Takes a line off what was heard.
fn line(heard: &mut Bytes) -> Option<Bytes> {
    let mut start = heard.iter().take(LINE_BYTES_MAX);
    let end = start.position(|byte| *byte == b'\n')?;
    let line = heard.split_to(end);
    heard.advance(1);
    Some(line)
}

fn unavailable(error: &dyn std::fmt::Display) -> DecoderUnavailable {
    DecoderUnavailable(error.to_string())
}

/// What came of the process: how it ended, and what it wrote.
type Ended = (ExitStatus, Vec<u8>);

/// Feeds the process and hears it out. `starves` says whether the process waits for bytes that do not come, which is no
/// fault of theirs.
async fn converse(
    child: &mut Child,
    mut bytes: BoxStream<'static, io::Result<Bytes>>,
    starves: &AtomicBool,
) -> io::Result<Ended> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let feed = async move {
        let Some(mut stdin) = stdin else {
            return Ok(());
        };
        loop {
            starves.store(true, Ordering::Relaxed);
            let chunk = bytes.next().await;
            starves.store(false, Ordering::Relaxed);
            let Some(chunk) = chunk else {
                break;
            };
            // It has heard enough, and says so.
            if stdin.write_all(&chunk?).await.is_err() {
                break;
            }
        }
        Ok::<(), io::Error>(())
    };
    let hear = async move {
        let mut heard = Vec::new();
        if let Some(stdout) = stdout {
            let bound = MADE_BYTES_MAX + 2 * LINE_BYTES_MAX as u64;
            stdout.take(bound).read_to_end(&mut heard).await?;
        }
        Ok::<Vec<u8>, io::Error>(heard)
    };
    let ((), heard) = tokio::try_join!(feed, hear)?;
    Ok((child.wait().await?, heard))
}

#[async_trait]
impl PictureDecoder for DecoderProcess {
    async fn decode(
        &self,
        declared: SourceType,
        bytes: BoxStream<'static, io::Result<Bytes>>,
    ) -> Result<Decoded, DecoderUnavailable> {
        // The semaphore is never closed.
        let place = self.places.acquire().await;
        let _place = place.map_err(|error| unavailable(&error))?;
        let mut child = self.spawn(declared).map_err(|error| unavailable(&error))?;
        let starves = AtomicBool::new(false);
        let ended =
            tokio::time::timeout(self.patience, converse(&mut child, bytes, &starves)).await;
        match ended {
            Ok(Ok((status, heard))) => {
                let mut heard = Bytes::from(heard);
                self.hear_of_limits(&mut heard);
                Ok(judge(status, heard))
            }
            failed => {
                // Whether it is gone already does not matter: nobody hears it any more.
                let _ = child.kill().await;
                match failed {
                    Ok(Err(error)) => Err(unavailable(&error)),
                    _ if starves.load(Ordering::Relaxed) => {
                        Err(unavailable(&"its bytes came too slowly"))
                    }
                    _ => Ok(Decoded::Refused(Refusal::TooCostly)),
                }
            }
        }
    }
}

fn judge(status: ExitStatus, heard: Bytes) -> Decoded {
    if status.success() {
        return match read(heard) {
            Some(decoded) => decoded,
            None => Decoded::Refused(Refusal::Broken),
        };
    }
    // It was ended by one of its limits; or it found something it did not know what to do with.
    Decoded::Refused(match status.signal() {
        Some(_) => Refusal::TooCostly,
        None => Refusal::Broken,
    })
}

/// What it said, if it can be believed: whoever takes the process over may write anything.
fn read(mut rest: Bytes) -> Option<Decoded> {
    let (blurhash, said) = match serde_json::from_slice(&line(&mut rest)?).ok()? {
        Said::Refused(refusal) => return Some(Decoded::Refused(refusal)),
        Said::Made { blurhash, variants } => (blurhash, variants),
    };
    let names: Vec<VariantName> = said.iter().map(|variant| variant.name).collect();
    let plain = blurhash.len() <= 64 && blurhash.bytes().all(|byte| byte.is_ascii_graphic());
    if names != VariantName::ALL || !plain {
        return None;
    }
    let mut variants = Vec::new();
    for SaidVariant {
        name,
        width,
        height,
        bytes,
    } in said
    {
        let length = usize::try_from(bytes)
            .ok()
            .filter(|length| *length <= rest.len())?;
        let of_variant = rest.split_to(length);
        let fits =
            (1..=name.side_max()).contains(&width) && (1..=name.side_max()).contains(&height);
        let is_webp = of_variant.starts_with(b"RIFF") && of_variant.get(8..12) == Some(b"WEBP");
        if !fits || !is_webp {
            return None;
        }
        let variant = Variant {
            name,
            sha256: Sha256::digest(&of_variant).into(),
            width,
            height,
            bytes,
        };
        variants.push(MadeVariant {
            variant,
            bytes: of_variant,
        });
    }
    rest.is_empty()
        .then_some(Decoded::Made(Made { blurhash, variants }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_process_says_is_believed_only_where_it_can_be() {
        let webp = b"RIFF\0\0\0\0WEBP";
        let line = |side: u32, bytes: usize| {
            let variants: Vec<String> = ["thumb", "small", "large"]
                .iter()
                .map(|name| {
                    format!(r#"{{"name":"{name}","width":{side},"height":1,"bytes":{bytes}}}"#)
                })
                .collect();
            format!(
                r#"{{"made":{{"blurhash":"LKO2","variants":[{}]}}}}"#,
                variants.join(",")
            )
        };
        let said = |line: &str, rest: &[u8]| read([line.as_bytes(), b"\n", rest].concat().into());
        let all = webp.repeat(3);
        assert!(matches!(said(&line(160, 12), &all), Some(Decoded::Made(_))));
        for (line, rest) in [
            (line(161, 12), all.clone()),
            (line(160, 13), all.clone()),
            (line(160, 11), all.clone()),
            (line(160, 12), [&all[..], b"<script>"].concat()),
            (line(160, 12), vec![b'x'; 36]),
            (String::new(), Vec::new()),
        ] {
            assert_eq!(said(&line, &rest), None, "{line}");
        }
        let refused = said(r#"{"refused":"broken"}"#, b"");
        assert_eq!(refused, Some(Decoded::Refused(Refusal::Broken)));
        let killed = judge(ExitStatus::from_raw(9), Bytes::new());
        assert_eq!(killed, Decoded::Refused(Refusal::TooCostly));
        let panicked = judge(ExitStatus::from_raw(101 << 8), Bytes::new());
        assert_eq!(panicked, Decoded::Refused(Refusal::Broken));
    }

    #[test]
    fn less_protection_than_there_could_be_is_told_and_the_picture_is_judged_as_ever() {
        let decoder = DecoderProcess::new("maru".into(), 1);
        let is_told = || decoder.is_limit_told.load(Ordering::Relaxed);
        let mut heard = Bytes::from_static(b"\"sealed\"\n{\"refused\":\"broken\"}\n");
        decoder.hear_of_limits(&mut heard);
        assert!(!is_told());
        assert_eq!(read(heard), Some(Decoded::Refused(Refusal::Broken)));
        let mut heard =
            Bytes::from_static(b"{\"limited\":\"no filters\"}\n{\"refused\":\"broken\"}\n");
        decoder.hear_of_limits(&mut heard);
        assert!(is_told());
        assert_eq!(read(heard), Some(Decoded::Refused(Refusal::Broken)));
    }
}
