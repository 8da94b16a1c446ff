//! The token endpoint: what is asked of it, and what of its answers is understood.

use std::fmt;

use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
    BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AccessToken, EndpointNotSet, EndpointSet, RefreshToken, RequestTokenError, Scope,
    StandardErrorResponse, StandardRevocableToken, TokenResponse,
};
use serde::{Deserialize, Serialize};

use super::http::HttpError;
use crate::ports::identity::ProviderError;

/// The client of the `oauth2` crate with our reading of its answers.
pub(super) type Client<Auth = EndpointSet, Token = EndpointSet> = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    Auth,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    Token,
>;

/// As much of an answer as is used. How long a token lives, which Naver writes as a text, is not: it is used at once.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    access_token: AccessToken,
    #[serde(deserialize_with = "oauth2::helpers::deserialize_untagged_enum_case_insensitive")]
    token_type: BasicTokenType,
    id_token: Option<IdTokenText>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct IdTokenText(String);

impl fmt::Debug for IdTokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdTokenText(..)")
    }
}

impl Answer {
    pub(super) fn id_token(&self) -> Option<&str> {
        self.id_token.as_ref().map(|token| token.0.as_str())
    }
}

impl TokenResponse for Answer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<std::time::Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

type Failure = RequestTokenError<HttpError, StandardErrorResponse<BasicErrorResponseType>>;

#[derive(Deserialize)]
struct SaidInPassing {
    error: String,
}

/// Only the kind of the failure: an answer that does not parse may hold a token.
pub(super) fn failure(failure: Failure) -> ProviderError {
    match failure {
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            BasicErrorResponseType::InvalidGrant => {
                ProviderError::Refused("invalid_grant".to_owned())
            }
            other => unavailable(&format!("the token endpoint said {other}")),
        },
        RequestTokenError::Request(error) => unavailable(&error.to_string()),
        // GitHub and Naver refuse with status 200.
        RequestTokenError::Parse(_, answer) => match serde_json::from_slice(&answer) {
            Ok(SaidInPassing { error }) if is_about_the_code(&error) => {
                ProviderError::Refused("the token endpoint does not take the code".to_owned())
            }
            _ => unavailable("the token endpoint gave no token"),
        },
        RequestTokenError::Other(_) => unavailable("the token endpoint gave no token"),
    }
}

// `invalid_request` is Naver's word for a code that was used or never given.
fn is_about_the_code(error: &str) -> bool {
    matches!(
        error,
        "bad_verification_code" | "invalid_grant" | "invalid_request"
    )
}

fn unavailable(why: &str) -> ProviderError {
    ProviderError::Unavailable(why.to_owned())
}
