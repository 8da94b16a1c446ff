//! Sign-in providers: whoever can tell us, through a browser and a back channel, who somebody is.

use std::fmt;

use async_trait::async_trait;

/// What the sign-in page calls a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderName {
    /// In Korean.
    pub ko: String,
    /// In English.
    pub en: String,
}

/// A browser on its way to a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Departure {
    /// Where to send it.
    pub url: String,
    /// What it must bring back.
    pub state: String,
    /// What proves, with the code it brings back, that the sign-in began here.
    pub verifier: String,
}

// Whoever reads the state or the verifier in a log could take part in the sign-in.
impl fmt::Debug for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Departure(..)")
    }
}

/// What a provider says of a person. Texts are the provider's, or even the person's own: not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The provider's unchanging name of the person.
    pub subject: String,
    /// The name shown there.
    pub name: Option<String>,
    /// The name used in addresses there.
    pub preferred_name: Option<String>,
}

/// Why a provider told us nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not accept the code, the verifier or us: a retry needs a new sign-in.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// It did not answer in time, or not in a way that can be understood.
    #[error("the provider did not answer well: {0}")]
    Unavailable(String),
}

/// A way to sign in: OAuth 2.0 authorization code with PKCE, or what is equivalent to it.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Its id in our addresses.
    fn id(&self) -> &str;

    /// Its name for people.
    fn name(&self) -> &ProviderName;

    /// Begins a sign-in. State and verifier are new each time and cannot be guessed.
    fn depart(&self) -> Departure;

    /// Trades the code a browser brought back for who it stands for.
    ///
    /// The provider takes a code once, and only with the verifier of the departure it was made for.
    async fn profile(&self, code: &str, verifier: &str) -> Result<Profile, ProviderError>;
}
