//! `/v1/admin`: what moderators and admins do about accounts.

mod audit;
mod role;
mod suspension;

use maru::domain::user::AccountRole;

use crate::browser::Browser;
use crate::server::Server;

/// Somebody signed in with a role, and their handle.
pub(crate) async fn signed_in(server: &Server, name: &str, role: AccountRole) -> (Browser, String) {
    let browser = Browser::new(server);
    let me = browser.sign_in(name).await;
    let handle = me["handle"].as_str().unwrap().to_owned();
    maru::app::set_role(server.data(), &handle, role)
        .await
        .unwrap();
    (browser, handle)
}
