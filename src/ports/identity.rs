//! Sign-in providers: whoever can tell us, through a browser and a back channel, who somebody is.

use std::fmt;

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::email::Email;

/// What the sign-in page calls a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderName {
    /// In Korean.
    pub ko: String,
    /// In English.
    pub en: String,
}

/// How a provider sends a browser back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    /// By an address, as a link does.
    Link,
    /// By a form that one of its own pages sends.
    Form,
}

/// What proves that a sign-in began here. It stays here, and is good for the sign-in it was made for.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// What the provider has the digest of.
    pub verifier: String,
    /// What the provider must repeat where it signs what it says.
    pub nonce: String,
    /// Since when the person must have proved anew who they are, where the provider was asked to see to that.
    pub afresh: Option<WallMs>,
}

// Whoever reads it in a log could take part in the sign-in.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(..)")
    }
}

/// A browser on its way to a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Departure {
    /// Where to send it.
    pub url: String,
    /// What it must bring back.
    pub state: String,
    /// What to keep until then.
    pub proof: Proof,
}

impl fmt::Debug for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Departure(..)")
    }
}

/// A browser back from a provider, of whom it is known that it departed from here.
#[derive(Clone, Copy)]
pub struct Homecoming<'a> {
    /// What the browser brought.
    pub code: &'a str,
    /// What it departed with.
    pub state: &'a str,
    /// Who it says it comes from, where providers have it say so (RFC 9207).
    pub issuer: Option<&'a str>,
    /// What was kept at its departure.
    pub proof: &'a Proof,
    /// What the browser says the person is called: nobody vouches for it.
    pub name: Option<&'a str>,
}

impl fmt::Debug for Homecoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Homecoming(..)")
    }
}

/// What a provider says of a person. Texts are the provider's, or even the person's own: not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Who named the person: subjects of different issuers are different people.
    pub issuer: String,
    /// The issuer's unchanging name of the person.
    pub subject: String,
    /// The name shown there.
    pub name: Option<String>,
    /// The name used in addresses there.
    pub preferred_name: Option<String>,
    /// When the person last proved to the provider who they are, as it says; most say nothing of it.
    pub authenticated: Option<WallMs>,
    /// The e-mail address given there. Verified only where the provider made sure and its word is taken.
    pub email: Option<Email>,
}

/// Why a provider told us nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not accept the code, the verifier or us, or what it says cannot be believed: a retry needs a new
    /// sign-in.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// It did not answer in time, or not in a way that can be understood.
    #[error("the provider did not answer well: {0}")]
    Unavailable(String),
}

/// A way to sign in: OAuth 2.0 authorization code with PKCE, with or without OpenID Connect.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Its id in our addresses.
    fn id(&self) -> &str;

    /// Who names its people.
    fn issuer(&self) -> &str;

    /// Its name for people.
    fn name(&self) -> &ProviderName;

    /// How it sends browsers back.
    fn way_back(&self) -> WayBack;

    /// Begins a sign-in. State and proof are new each time and cannot be guessed. `afresh`: the provider is to look
    /// at the person anew although it knows who is signed in there, as far as it can be asked to.
    ///
    /// Asks the provider where to send the browser, if that is not known yet.
    async fn depart(&self, afresh: bool) -> Result<Departure, ProviderError>;

    /// Trades the code a browser brought back for who it stands for.
    ///
    /// The provider takes a code once, and only with the proof of the departure it was made for. Whatever cannot be
    /// checked is refused; so is who was to be looked at anew and was not, where providers say when they looked.
    async fn profile(&self, back: Homecoming<'_>) -> Result<Profile, ProviderError>;
}
