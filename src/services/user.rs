//! People by the provider they sign in with.

use std::sync::Arc;

use crate::domain::user::User;
use crate::ports::user::{UserStore, UserStoreError};

/// The user service.
#[derive(Clone)]
pub struct UserService {
    store: Arc<dyn UserStore>,
}

impl std::fmt::Debug for UserService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserService(..)")
    }
}

impl UserService {
    /// The service over its store.
    pub fn new(store: Arc<dyn UserStore>) -> Self {
        Self { store }
    }

    /// People who can sign in with a provider, each with their subject there, oldest first.
    pub async fn of_provider(
        &self,
        provider: &str,
        limit: u32,
    ) -> Result<Vec<(String, User)>, UserStoreError> {
        self.store.of_provider(provider, limit).await
    }
}
