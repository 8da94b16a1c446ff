//! The folder that bytes lie in where there is no S3.

use object_store::local::LocalFileSystem;

#[path = "../../backends/store_of_bytes.rs"]
mod suite;

#[tokio::test]
async fn a_folder_keeps_what_a_store_of_bytes_promises() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    suite::conformance(&store.with_fsync(true), 64 * 1024).await;
}
