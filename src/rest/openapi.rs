//! The OpenAPI document: what each router says of itself, completed by what all handlers have in common.
//!
//! A handler names its answers and, as `description` of a status without a body, the codes it refuses with:
//! `(status = 404, description = "user_not_found")`. Refusals of the plumbing (a body that cannot be read, a page of
//! another site, a store that does not answer) are added here, each where it can happen.

use std::collections::{BTreeMap, BTreeSet};

use http::header::{IF_MATCH, IF_NONE_MATCH, RETRY_AFTER};
use http::{HeaderName, Method};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, InfoBuilder, OpenApi, Ref, RefOr, Required, Response,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::idempotency::IDEMPOTENCY_KEY;
use super::problem::{Code, ProblemBody};
use super::rate::is_limited;
use crate::ports::once::KEY_CHARS_MAX;

/// The media type of refusals.
const PROBLEM: &str = "application/problem+json";

/// The names of the two ways to say who one is.
const COOKIE: &str = "cookie";
const TOKEN: &str = "token";

/// What the document is about.
const ABOUT: &str = "Live rooms and the people in them. Refusals are problem documents (RFC 9457): look at `code`. \
    Lists come in pages, with opaque cursors. Answers say in `RateLimit-Policy` and `RateLimit` how much may be asked and \
    what is left. What has a version has an `ETag`.";

/// Completes the document of merged routers.
#[must_use]
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Maru")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_mut(item) {
            complete_operation(path, &method, operation);
        }
    }
    let mut components = document.components.take().unwrap_or_default();
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    // Without encryption, on one's own machine, it is called `maru`.
    let cookie = ApiKeyValue::with_description("__Host-maru", "Set by signing in.");
    components.security_schemes.insert(
        COOKIE.to_owned(),
        SecurityScheme::ApiKey(ApiKey::Cookie(cookie)).into(),
    );
    // An access token of an app, or a personal access token.
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components
        .security_schemes
        .insert(TOKEN.to_owned(), token.into());
    document.components = Some(components);
    document
}

/// The operations of an address, with their methods.
pub fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    let there = all.into_iter();
    there.filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    let there = all.into_iter();
    there.filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn complete_operation(path: &str, method: &Method, operation: &mut Operation) {
    // Handlers of different routers may be called the same; the document wants each name once.
    let tag = operation.tags.as_ref().and_then(|tags| tags.first());
    if let (Some(tag), Some(id)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{id}"));
    }
    if method == Method::POST {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(idempotency_key().into());
    }
    let mut refusals = own_refusals(operation);
    for code in common_refusals(path, method, operation) {
        let codes = refusals.entry(code.status().as_u16()).or_default();
        codes.insert(code.as_str());
    }
    // What says `security(())` of itself does not ask who one is; with a way to sign in beside, it is open to those
    // without a login and refuses them in some cases only.
    let said = operation.security.as_ref().map(Vec::len);
    let asks = said != Some(1);
    let refuses_nobody = !refusals.contains_key(&Code::SignInRequired.status().as_u16());
    let anonymous = refuses_nobody || said.is_some();
    let credentials = [
        Code::AmbiguousCredentials,
        Code::InvalidToken,
        Code::InsufficientScope,
    ];
    for code in credentials.into_iter().filter(|_| asks) {
        let codes = refusals.entry(code.status().as_u16()).or_default();
        codes.insert(code.as_str());
    }
    for (status, codes) in refusals {
        let answers = &mut operation.responses.responses;
        let (refusal, answer) = (refusal(&codes), answers.entry(status.to_string()));
        // What is asked in a form is refused in words of its own by the handler, and before it in those of everybody.
        answer
            .and_modify(|answer| {
                if let (&Method::POST, RefOr::T(answer)) = (method, answer) {
                    answer.content.extend(refusal.content.clone());
                    answer.description.clone_from(&refusal.description);
                }
            })
            .or_insert_with(|| refusal.into());
    }
    if !asks {
        return;
    }
    let way = |name: &str| SecurityRequirement::new::<_, [_; 0], String>(name, []);
    let mut ways = vec![way(COOKIE), way(TOKEN)];
    if anonymous {
        ways.insert(0, SecurityRequirement::default());
    }
    operation.security = Some(ways);
}

/// Takes out what the handler refuses with: the answers above 399 that are given no body.
fn own_refusals(operation: &mut Operation) -> BTreeMap<u16, BTreeSet<&'static str>> {
    let mut refusals = BTreeMap::new();
    let answers = &mut operation.responses.responses;
    answers.retain(|status, answer| {
        let Some(codes) = codes_of(status, answer) else {
            return true;
        };
        let status = codes.first().map(|code| code.status().as_u16());
        let texts = codes.iter().map(|code| code.as_str()).collect();
        refusals.extend(status.map(|status| (status, texts)));
        false
    });
    refusals
}

/// The codes an answer is described by; none unless they are codes of its status, every one.
fn codes_of(status: &str, answer: &RefOr<Response>) -> Option<Vec<Code>> {
    let RefOr::T(answer) = answer else {
        return None;
    };
    if !answer.content.is_empty() {
        return None;
    }
    let known = |text: &str| {
        let code = Code::ALL.iter().find(|code| code.as_str() == text)?;
        (code.status().as_str() == status).then_some(*code)
    };
    answer.description.split(", ").map(known).collect()
}

/// What is refused before a handler is asked, or without it.
fn common_refusals(path: &str, method: &Method, operation: &Operation) -> Vec<Code> {
    let mut codes = vec![Code::Internal, Code::Unavailable];
    let has = |place| parameters(operation).any(|parameter| parameter.parameter_in == place);
    let names_header =
        |name: &HeaderName| parameters(operation).any(|parameter| parameter.name == name.as_str());
    if is_limited(method, path) {
        codes.push(Code::RateLimited);
    }
    if has(ParameterIn::Path) {
        codes.push(Code::NotFound);
    }
    if has(ParameterIn::Query) {
        codes.push(Code::InvalidQuery);
    }
    if operation.request_body.is_some() {
        codes.extend([
            Code::BadRequest,
            Code::BodyTooLarge,
            Code::UnsupportedMediaType,
            Code::InvalidBody,
        ]);
    }
    if !method.is_safe() {
        codes.push(Code::OriginRefused);
    }
    if method == Method::POST {
        codes.extend([
            Code::InvalidIdempotencyKey,
            Code::IdempotencyInFlight,
            Code::IdempotencyKeyReused,
        ]);
    }
    if names_header(&IF_MATCH) {
        codes.extend([Code::BadRequest, Code::PreconditionFailed]);
    }
    if names_header(&IF_NONE_MATCH) {
        codes.push(Code::BadRequest);
    }
    codes
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    let all = operation.parameters.iter().flatten();
    all.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// The parameter every POST takes.
fn idempotency_key() -> Parameter {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(KEY_CHARS_MAX))
        .pattern(Some("^[!-~]+$"))
        .build();
    ParameterBuilder::new()
        .name(IDEMPOTENCY_KEY.as_str())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names the request: sent again under the same key, it takes effect once and is answered the same.",
        ))
        .schema(Some(key))
        .build()
}

fn refusal(codes: &BTreeSet<&'static str>) -> Response {
    let lines = codes.iter().map(|text| {
        let code = Code::ALL.iter().find(|code| code.as_str() == *text);
        format!("`{text}`: {}", code.map_or("", |code| code.title()))
    });
    let lines: Vec<String> = lines.collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ProblemBody::name())))
        .build();
    let answer = ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content(PROBLEM, content);
    let come_back = [
        Code::RateLimited,
        Code::Unavailable,
        Code::IdempotencyInFlight,
    ];
    if come_back.iter().any(|code| codes.contains(code.as_str())) {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
        let header = HeaderBuilder::new()
            .schema(Some(seconds))
            .description(Some("When to come back, in seconds; not always known."))
            .build();
        answer.header(RETRY_AFTER.as_str(), header).build()
    } else {
        answer.build()
    }
}

#[cfg(test)]
mod tests {
    use utoipa_axum::router::OpenApiRouter;
    use utoipa_axum::routes;

    use super::*;

    /// Looks at a thing.
    #[utoipa::path(get, path = "/v1/things/{id}", tag = "things", params(("id" = u64, Path, description = "Which.")),
        responses((status = 200, description = "It."), (status = 404, description = "room_not_found, user_not_found")))]
    async fn show() {}

    /// Changes it.
    #[utoipa::path(put, path = "/v1/things/{id}", tag = "things", params(("id" = u64, Path, description = "Which.")),
        request_body = String, responses((status = 204, description = "Done."), (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden")))]
    async fn change() {}

    #[test]
    fn refusals_are_what_the_handler_names_and_what_the_plumbing_adds() {
        let router: OpenApiRouter = OpenApiRouter::default().routes(routes!(show, change));
        let document = complete(router.into_openapi());
        let item = &document.paths.paths["/v1/things/{id}"];
        let seen = operations(item).map(|(method, operation)| {
            let answers = &operation.responses.responses;
            let statuses: Vec<&str> = answers.keys().map(String::as_str).collect();
            (method, operation.operation_id.as_deref(), statuses)
        });
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [
                (
                    Method::GET,
                    Some("things_show"),
                    vec!["200", "400", "401", "403", "404", "429", "500", "503"]
                ),
                (
                    Method::PUT,
                    Some("things_change"),
                    vec![
                        "204", "400", "401", "403", "404", "413", "415", "422", "429", "500", "503"
                    ]
                ),
            ]
        );
        let forbidden = &item.put.as_ref().unwrap().responses.responses["403"];
        let forbidden = serde_json::to_value(forbidden).unwrap();
        let described = forbidden["description"].as_str().unwrap();
        assert_eq!(
            described,
            "`forbidden`: You may not do this.\n\n`insufficient_scope`: The token is not for this.\n\n\
             `origin_refused`: The request comes from a page of another site."
        );
        assert_eq!(
            forbidden["content"][PROBLEM]["schema"]["$ref"],
            "#/components/schemas/ProblemBody"
        );
    }
}
