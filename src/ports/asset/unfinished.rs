//! Writing to the store of bytes that ended before its end: the client went away, or the store failed. Stores keep the
//! parts that have come until they are told to drop them, and what is dropped itself cannot wait for that.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use object_store::{Error, MultipartUpload, PutPayload, PutResult, Result, UploadPart};
use tokio::sync::Notify;

/// Given up and not told to the store yet: as many as are received at once, and again as many.
const WAITING_MAX: usize = 128;

/// What was given up, for the worker that tells the store.
#[derive(Default)]
pub struct GivenUp {
    waiting: Mutex<VecDeque<Box<dyn MultipartUpload>>>,
    some: Notify,
}

impl fmt::Debug for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenUp(..)")
    }
}

impl GivenUp {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Box<dyn MultipartUpload>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, upload: Box<dyn MultipartUpload>) {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING_MAX {
            tracing::warn!("parts of an upload are left to the rules of the store of bytes");
            return;
        }
        waiting.push_back(upload);
        drop(waiting);
        self.some.notify_one();
    }

    /// The next one, as soon as there is one.
    pub async fn next(&self) -> Box<dyn MultipartUpload> {
        loop {
            let next = self.waiting().pop_front();
            if let Some(upload) = next {
                return upload;
            }
            self.some.notified().await;
        }
    }
}

/// Writing that is given up when it is dropped before it was finished.
#[derive(Debug)]
pub struct Unfinished {
    upload: Option<Box<dyn MultipartUpload>>,
    given_up: Arc<GivenUp>,
}

impl Unfinished {
    /// This one, for as long as it is not finished.
    pub const fn new(upload: Box<dyn MultipartUpload>, given_up: Arc<GivenUp>) -> Self {
        Self {
            upload: Some(upload),
            given_up,
        }
    }
}

fn over() -> Error {
    Error::Generic {
        store: "upload",
        source: "it is over".into(),
    }
}

#[async_trait]
impl MultipartUpload for Unfinished {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        match &mut self.upload {
            Some(upload) => upload.put_part(data),
            None => Box::pin(async { Err(over()) }),
        }
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let upload = self.upload.as_mut().ok_or_else(over)?;
        let put = upload.complete().await?;
        self.upload = None;
        Ok(put)
    }

    async fn abort(&mut self) -> Result<()> {
        let upload = self.upload.as_mut().ok_or_else(over)?;
        upload.abort().await?;
        self.upload = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take() {
            self.given_up.add(upload);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use object_store::local::LocalFileSystem;
    use object_store::path::Path;
    use object_store::{ObjectStoreExt, WriteMultipart};

    use super::*;

    async fn begun(store: &LocalFileSystem, given_up: &Arc<GivenUp>) -> WriteMultipart {
        let upload = store.put_multipart(&Path::from("picture")).await.unwrap();
        let upload = Box::new(Unfinished::new(upload, given_up.clone()));
        let mut writing = WriteMultipart::new_with_chunk_size(upload, 4);
        writing.put("some bytes".into());
        writing.wait_for_capacity(0).await.unwrap();
        writing
    }

    #[tokio::test]
    async fn what_is_dropped_before_its_end_is_given_up_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let given_up = Arc::new(GivenUp::default());
        let next = async || {
            let next = tokio::time::timeout(Duration::from_millis(50), given_up.next());
            next.await.ok()
        };
        drop(begun(&store, &given_up).await);
        assert_eq!(files(), 1, "what has come lies there");
        let mut upload = next().await.unwrap();
        upload.abort().await.unwrap();
        assert_eq!(files(), 0);
        begun(&store, &given_up).await.finish().await.unwrap();
        assert!(next().await.is_none());
        let whole = store.get(&Path::from("picture")).await.unwrap();
        assert_eq!(whole.bytes().await.unwrap(), "some bytes");
        begun(&store, &given_up).await.abort().await.unwrap();
        assert!(next().await.is_none());
        assert_eq!(files(), 1);
    }

    #[tokio::test]
    async fn no_more_wait_than_may() {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let given_up = Arc::new(GivenUp::default());
        for _ in 0..WAITING_MAX + 2 {
            let upload = store.put_multipart(&Path::from("picture")).await.unwrap();
            drop(Unfinished::new(upload, given_up.clone()));
        }
        assert_eq!(given_up.waiting().len(), WAITING_MAX);
    }
}
