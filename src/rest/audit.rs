//! `/v1/me/audit` and `/v1/admin/audit`: what was done about accounts.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Holder;
use super::cursor::{Page, Place};
use super::problem::{Code, Json, Problem, Query};
use crate::domain::audit::Act;
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scope;
use crate::ports::audit::{AuditQuery, AuditRecord, Person};
use crate::services::auth::AuthService;

/// The routes.
pub fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default()
        .routes(routes!(own))
        .routes(routes!(all))
}

/// The routes, with what they need.
pub fn router(auth: AuthService) -> OpenApiRouter {
    routes().with_state(auth)
}

/// After which line the next page begins.
#[derive(Serialize, Deserialize)]
struct Written(u64);

impl Place for Written {
    const LIST: &'static str = "account_audit";
}

fn before(page: &Page) -> Result<Option<u64>, Problem> {
    let before = page.after::<Written>()?.map(|Written(id)| id);
    match before.is_some_and(|id| i64::try_from(id).is_err()) {
        true => Err(Problem::new(Code::InvalidCursor)),
        false => Ok(before),
    }
}

/// AuditBy whom something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AuditBy {
    Oneself,
    /// Whoever looks after the platform. Who, and from where, is not told.
    Staff,
    /// Whoever showed a code or token of the past.
    Unknown,
}

/// What was done about one's own account.
#[derive(Serialize, ToSchema)]
struct OwnLineBody {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    action: Act,
    by: AuditBy,
    /// What there is to say beyond the action.
    #[schema(value_type = Object)]
    detail: Value,
    address: Option<String>,
    user_agent: Option<String>,
    login_id: Option<LoginId>,
}

#[derive(Serialize, ToSchema)]
struct OwnAuditBody {
    entries: Vec<OwnLineBody>,
    next_cursor: Option<String>,
}

fn own_line(record: AuditRecord, me: UserId) -> OwnLineBody {
    let by = match (&record.actor, record.act) {
        (Some(actor), _) if actor.id == me => AuditBy::Oneself,
        (None, Act::CodeReused | Act::RefreshReused) => AuditBy::Unknown,
        _ => AuditBy::Staff,
    };
    let told = by != AuditBy::Staff;
    OwnLineBody {
        at: record.at.to_offset(),
        action: record.act,
        by,
        detail: record.detail,
        address: record.address.filter(|_| told),
        user_agent: told.then_some(record.user_agent),
        login_id: record.login.filter(|_| told),
    }
}

/// What was done about one's account, the newest first.
#[utoipa::path(get, path = "/v1/me/audit", tag = "audit", params(Page),
    responses(
        (status = 200, description = "A page.", body = OwnAuditBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
async fn own(
    State(auth): State<AuthService>,
    holder: Holder,
    page: Page,
) -> Result<Response, Problem> {
    let me = holder.require(Scope::Account)?.user.id;
    let query = AuditQuery {
        subject: Some(me),
        before: before(&page)?,
        ..AuditQuery::default()
    };
    let (records, next_cursor) = read(&auth, &query, &page).await?;
    let entries = records.into_iter().map(|record| own_line(record, me));
    let body = OwnAuditBody {
        entries: entries.collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

async fn read(
    auth: &AuthService,
    query: &AuditQuery,
    page: &Page,
) -> Result<(Vec<AuditRecord>, Option<String>), Problem> {
    let records = auth.audit(query, page.limit() + 1).await;
    let mut records = records.map_err(|error| Problem::unavailable(&error))?;
    let next = page.cut(&mut records, |last| Written(last.id));
    Ok((records, next))
}

/// Somebody in the log.
#[derive(Serialize, ToSchema)]
struct AuditPersonBody {
    id: UserId,
    /// Null when the account is gone.
    handle: Option<String>,
}

impl From<Person> for AuditPersonBody {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            handle: person.handle,
        }
    }
}

/// What was done about an account.
#[derive(Serialize, ToSchema)]
struct LineBody {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    action: Act,
    /// Null: whoever runs the server, or nobody known.
    actor: Option<AuditPersonBody>,
    /// Whom it concerns; null when it is no account.
    subject: Option<AuditPersonBody>,
    #[schema(value_type = Object)]
    detail: Value,
    address: Option<String>,
    user_agent: String,
    login_id: Option<LoginId>,
}

#[derive(Serialize, ToSchema)]
struct AccountAuditBody {
    entries: Vec<LineBody>,
    next_cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
struct Filter {
    /// AuditBy or about whom: a handle.
    #[param(required = false, value_type = String)]
    user: Option<String>,
    /// What was done.
    #[param(required = false, value_type = Act)]
    action: Option<Act>,
}

/// What was done about all accounts, the newest first.
#[utoipa::path(get, path = "/v1/admin/audit", tag = "audit", params(Filter, Page),
    responses(
        (status = 200, description = "A page.", body = AccountAuditBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "user_not_found"),
    ))]
async fn all(
    State(auth): State<AuthService>,
    holder: Holder,
    Query(filter): Query<Filter>,
    page: Page,
) -> Result<Response, Problem> {
    holder.require(Scope::Admin)?;
    let about = match &filter.user {
        None => None,
        Some(handle) => {
            let found = auth.account(handle).await;
            let found = found.map_err(|error| Problem::unavailable(&error))?;
            Some(found.ok_or(Problem::new(Code::UserNotFound))?)
        }
    };
    let query = AuditQuery {
        about,
        subject: None,
        act: filter.action,
        before: before(&page)?,
    };
    let (records, next_cursor) = read(&auth, &query, &page).await?;
    let entries = records.into_iter().map(|record| LineBody {
        at: record.at.to_offset(),
        action: record.act,
        actor: record.actor.map(Into::into),
        subject: record.subject.map(Into::into),
        detail: record.detail,
        address: record.address,
        user_agent: record.user_agent,
        login_id: record.login,
    });
    let body = AccountAuditBody {
        entries: entries.collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
