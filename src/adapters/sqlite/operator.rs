//! What whoever runs the server changes in its store beside it.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::beside::BesideError;
use super::{role, signing_key};
use crate::domain::clock::WallMs;
use crate::domain::user::AccountRole;
use crate::ports::login::StoredKey;
use crate::ports::operator::{KeyRevoked, OperatorStore, OperatorStoreError, RoleGiven};

impl From<BesideError> for OperatorStoreError {
    fn from(error: BesideError) -> Self {
        Self(error.into())
    }
}

/// The store of a data folder as whoever can read the folder changes it.
#[derive(Debug, Clone)]
pub struct Beside {
    data: PathBuf,
}

impl Beside {
    /// The store in `data`, which is looked for with each step.
    pub fn new(data: &Path) -> Self {
        let data = data.to_owned();
        Self { data }
    }

    /// The folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }
}

#[async_trait]
impl OperatorStore for Beside {
    async fn give_role(
        &self,
        handle: &str,
        role: AccountRole,
        at: WallMs,
    ) -> Result<RoleGiven, OperatorStoreError> {
        Ok(role::set_role(&self.data, handle, role, at).await?)
    }

    async fn keys(&self) -> Result<Vec<StoredKey>, OperatorStoreError> {
        Ok(signing_key::signing_keys(&self.data).await?)
    }

    async fn add_key(
        &self,
        key: &StoredKey,
        verified_ms: u64,
        now: WallMs,
    ) -> Result<(), OperatorStoreError> {
        Ok(signing_key::add_signing_key(&self.data, key, verified_ms, now).await?)
    }

    async fn revoke_key(
        &self,
        kid: &str,
        replacement: Option<&StoredKey>,
        now: WallMs,
    ) -> Result<KeyRevoked, OperatorStoreError> {
        Ok(signing_key::revoke_signing_key(&self.data, kid, replacement, now).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sqlite;
    use super::*;
    use crate::ports::operator::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_changed_by_hand_promises_beside_a_running_server() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&Beside::new(folder.path()), &store).await;
    }

    #[tokio::test]
    async fn where_there_is_no_store_none_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let beside = Beside::new(folder.path());
        let admin = AccountRole::Admin;
        let none = beside.give_role("haneul", admin, WallMs(1)).await;
        let said = none.unwrap_err().to_string();
        assert!(said.contains("start the server once"), "{said}");
        assert!(beside.keys().await.is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
