//! Pictures of rooms: painted once, on threads that may block, a few at a time, and kept for as long as there is space.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{OnceCell, Semaphore};

use crate::drawing::{CardText, Drawing, NotPainted, Print};

/// Pictures painted at once: each keeps a core busy, and the rest of the node has work too.
const PAINTERS: usize = 2;

/// Pictures waiting for a painter; beyond, whoever asks is to come back.
const WAITING_MAX: usize = 64;

/// Bytes of pictures kept.
const KEPT_BYTES_MAX: usize = 48 * 1024 * 1024;

/// Pictures kept, also the small ones.
const KEPT_MAX: usize = 1_024;

/// Why there is no picture now.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PictureError {
    /// Too many are being painted.
    #[error("too many pictures are waiting to be painted")]
    Busy,
    /// It cannot be painted.
    #[error(transparent)]
    NotPainted(#[from] NotPainted),
    /// The process is stopping.
    #[error("the painter stopped")]
    Stopped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Thumbnail,
    Card,
}

type Key = (Kind, Print);

/// A picture, or the place where those who want it wait for whoever paints it.
#[derive(Debug)]
struct Entry {
    picture: Arc<OnceCell<Bytes>>,
    used: u64,
}

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<Key, Entry>,
    /// Counts uses.
    now: u64,
}

impl Kept {
    fn cell(&mut self, key: Key) -> Arc<OnceCell<Bytes>> {
        self.now += 1;
        let used = self.now;
        let entry = self.entries.entry(key).or_insert_with(|| Entry {
            picture: Arc::default(),
            used,
        });
        entry.used = used;
        entry.picture.clone()
    }

    fn bytes(&self) -> usize {
        let pictures = self.entries.values();
        let bytes = pictures.filter_map(|entry| entry.picture.get().map(Bytes::len));
        bytes.sum()
    }

    /// Lets go of what was longest unused.
    fn trim(&mut self, count_max: usize, bytes_max: usize) {
        let mut bytes = self.bytes();
        while self.entries.len() > count_max || bytes > bytes_max {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
            let Some((&key, entry)) = oldest else {
                return;
            };
            bytes -= entry.picture.get().map_or(0, Bytes::len);
            self.entries.remove(&key);
        }
    }
}

#[derive(Debug)]
struct Inner {
    kept: Mutex<Kept>,
    waiting: Semaphore,
    painters: Arc<Semaphore>,
}

/// The picture service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PictureService(Arc<Inner>);

impl Default for PictureService {
    fn default() -> Self {
        Self(Arc::new(Inner {
            kept: Mutex::default(),
            waiting: Semaphore::new(WAITING_MAX),
            painters: Arc::new(Semaphore::new(PAINTERS)),
        }))
    }
}

impl PictureService {
    /// A small picture of a room.
    pub async fn thumbnail(&self, drawing: Drawing) -> Result<Bytes, PictureError> {
        let key = (Kind::Thumbnail, drawing.print());
        self.picture(key, move || drawing.thumbnail()).await
    }

    /// A card to share a room with.
    pub async fn card(&self, drawing: Drawing, text: CardText) -> Result<Bytes, PictureError> {
        let key = (Kind::Card, drawing.card_print(&text));
        self.picture(key, move || drawing.card(&text)).await
    }

    /// Whoever asks first has it painted, the others wait for that one; if the first goes away, the next one takes over.
    async fn picture(
        &self,
        key: Key,
        paint: impl FnOnce() -> Result<Vec<u8>, NotPainted> + Send + 'static,
    ) -> Result<Bytes, PictureError> {
        let Inner {
            kept,
            waiting,
            painters,
        } = &*self.0;
        let lock = || kept.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = lock().cell(key);
        if let Some(picture) = cell.get() {
            return Ok(picture.clone());
        }
        let picture = cell.get_or_try_init(|| async {
            let place = waiting.try_acquire().map_err(|_| PictureError::Busy)?;
            let painter = painters.clone().acquire_owned().await;
            let painter = painter.map_err(|_| PictureError::Stopped)?;
            drop(place);
            let painted = tokio::task::spawn_blocking(move || {
                let painted = paint();
                // Not before: who no longer waits has still taken a core.
                drop(painter);
                painted
            });
            let painted = painted.await.map_err(|_| PictureError::Stopped)??;
            Ok::<_, PictureError>(Bytes::from(painted))
        });
        let picture = picture.await.cloned();
        lock().trim(KEPT_MAX, KEPT_BYTES_MAX);
        picture
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::catalogue::catalogue;

    fn key(number: usize) -> Key {
        let theme = crate::domain::room::Theme::new(
            &number.to_string(),
            "oak",
            catalogue().plain_theme().light,
        );
        let print = Drawing::room(&theme, std::iter::empty()).print();
        (Kind::Thumbnail, print)
    }

    #[tokio::test]
    async fn what_many_want_is_painted_once_and_kept() {
        let (service, painted) = (PictureService::default(), Arc::new(AtomicUsize::new(0)));
        let ask = |number| {
            let (service, painted) = (service.clone(), painted.clone());
            async move {
                let paint = move || {
                    painted.fetch_add(1, Ordering::Relaxed);
                    Ok(vec![7; 3])
                };
                service.picture(key(number), paint).await
            }
        };
        let answers = futures_util::future::join_all((0..50).map(|_| ask(1))).await;
        assert!(answers.iter().all(|it| it.as_ref().unwrap().len() == 3));
        assert_eq!(painted.load(Ordering::Relaxed), 1);
        ask(1).await.unwrap();
        ask(2).await.unwrap();
        assert_eq!(painted.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn too_many_are_sent_away_and_whoever_leaves_is_no_loss_to_the_others() {
        let service = PictureService::default();
        let (go, wait) = std::sync::mpsc::sync_channel::<()>(0);
        let wait = Arc::new(Mutex::new(wait));
        let slow = |number| {
            let (service, wait) = (service.clone(), wait.clone());
            async move {
                let paint = move || {
                    let _ = wait.lock().unwrap().recv_timeout(Duration::from_secs(20));
                    Ok(vec![1])
                };
                service.picture(key(number), paint).await
            }
        };
        let mut first = Box::pin(slow(0));
        let begun = tokio::time::timeout(Duration::from_millis(20), &mut first).await;
        assert!(begun.is_err());
        drop(first);
        let all = futures_util::future::join_all((0..100).map(slow));
        let answers = tokio::task::spawn_blocking(move || while go.send(()).is_ok() {});
        let all = all.await;
        drop((wait, service));
        let busy = all
            .iter()
            .filter(|it| matches!(it, Err(PictureError::Busy)));
        assert!(busy.count() >= 100 - WAITING_MAX - PAINTERS - 1);
        assert!(all[0].is_ok());
        answers.await.unwrap();
    }

    #[test]
    fn what_was_longest_unused_goes_first() {
        let mut kept = Kept::default();
        for number in 0..4 {
            let cell = kept.cell(key(number));
            cell.set(Bytes::from(vec![0; 10])).unwrap();
        }
        kept.cell(key(0));
        kept.trim(3, 1_000);
        assert!(!kept.entries.contains_key(&key(1)));
        kept.trim(3, 15);
        assert_eq!(kept.entries.len(), 1);
        assert!(kept.entries.contains_key(&key(0)));
    }
}
