//! The bytes of pictures in a process that does not keep them: they pass through the asset service alone.

use std::fmt;
use std::io;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// Refuses everything: nobody asks, and nothing that somebody would ask by mistake is lost in silence.
#[derive(Debug)]
pub(super) struct Elsewhere;

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("elsewhere")
    }
}

fn refused<T>() -> Result<T> {
    let source = io::Error::other("this process does not run the service that keeps pictures");
    Err(Error::NotSupported {
        source: source.into(),
    })
}

#[async_trait]
impl ObjectStore for Elsewhere {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        refused()
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        refused()
    }

    async fn get_opts(&self, _: &Path, _: GetOptions) -> Result<GetResult> {
        refused()
    }

    fn delete_stream(
        &self,
        places: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        places.map(|place| place.and_then(|_| refused())).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        stream::iter([refused()]).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        refused()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        refused()
    }
}
