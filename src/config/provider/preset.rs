//! What is known of providers beforehand, so that a client id and a secret are enough.

use std::fmt;
use std::str::FromStr;

/// How a provider speaks. The well-known ones bring their addresses and their peculiarities along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// Google: OpenID Connect.
    Google,
    /// GitHub: OAuth 2.0, e-mail addresses at an address of their own.
    Github,
    /// Kakao: OpenID Connect; says in two parts whether an e-mail address is verified.
    Kakao,
    /// Naver: OAuth 2.0, the person in an envelope; never says that an e-mail address is verified.
    Naver,
    /// Apple: OpenID Connect; the answer comes as a form, the name once, the client secret is signed.
    Apple,
    /// Any OpenID Connect issuer.
    Oidc,
    /// Any OAuth 2.0 server with a userinfo endpoint.
    Oauth2,
}

impl ProviderKind {
    const ALL: [Self; 7] = [
        Self::Google,
        Self::Github,
        Self::Kakao,
        Self::Naver,
        Self::Apple,
        Self::Oidc,
        Self::Oauth2,
    ];

    /// The name in configurations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Github => "github",
            Self::Kakao => "kakao",
            Self::Naver => "naver",
            Self::Apple => "apple",
            Self::Oidc => "oidc",
            Self::Oauth2 => "oauth2",
        }
    }

    /// Whether it gives ID tokens, which then are what is believed.
    pub const fn is_oidc(self) -> bool {
        match self {
            Self::Google | Self::Kakao | Self::Apple | Self::Oidc => true,
            Self::Github | Self::Naver | Self::Oauth2 => false,
        }
    }

    /// Whether its ID tokens say when the person was last looked at, where it is asked to look anew. Google's do not.
    pub const fn says_auth_time(self) -> bool {
        self.is_oidc() && !matches!(self, Self::Google)
    }

    pub(super) const fn preset(self) -> Preset {
        match self {
            Self::Google => GOOGLE,
            Self::Github => GITHUB,
            Self::Kakao => KAKAO,
            Self::Naver => NAVER,
            Self::Apple => APPLE,
            Self::Oidc => OIDC,
            Self::Oauth2 => OAUTH2,
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProviderKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// How the server proves at the token endpoint who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the `Authorization` header.
    Basic,
    /// In the form.
    Post,
}

impl ClientAuth {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Post => "post",
        }
    }
}

/// How the browser brings a code back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the address.
    Query,
    /// In a form that a page of the provider sends.
    FormPost,
}

impl ResponseMode {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }
}

/// What a kind of provider is unless said otherwise; an empty address is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Preset {
    /// In Korean and in English; the provider's id when empty.
    pub(super) names: (&'static str, &'static str),
    pub(super) issuer: &'static str,
    pub(super) authorize_url: &'static str,
    pub(super) token_url: &'static str,
    pub(super) userinfo_url: &'static str,
    pub(super) emails_url: &'static str,
    pub(super) jwks_url: &'static str,
    pub(super) scopes: &'static str,
    pub(super) client_auth: ClientAuth,
    pub(super) response_mode: ResponseMode,
    /// Whether its word that an e-mail address is verified is taken.
    pub(super) trusts_email: bool,
}

const OIDC: Preset = Preset {
    names: ("", ""),
    issuer: "",
    authorize_url: "",
    token_url: "",
    userinfo_url: "",
    emails_url: "",
    jwks_url: "",
    scopes: "openid profile email",
    client_auth: ClientAuth::Basic,
    response_mode: ResponseMode::Query,
    trusts_email: true,
};

const OAUTH2: Preset = Preset {
    scopes: "openid profile",
    trusts_email: false,
    ..OIDC
};

const GOOGLE: Preset = Preset {
    names: ("Google", "Google"),
    issuer: "https://accounts.google.com",
    authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
    token_url: "https://oauth2.googleapis.com/token",
    userinfo_url: "https://openidconnect.googleapis.com/v1/userinfo",
    jwks_url: "https://www.googleapis.com/oauth2/v3/certs",
    client_auth: ClientAuth::Post,
    ..OIDC
};

const GITHUB: Preset = Preset {
    names: ("GitHub", "GitHub"),
    issuer: "https://github.com",
    authorize_url: "https://github.com/login/oauth/authorize",
    token_url: "https://github.com/login/oauth/access_token",
    userinfo_url: "https://api.github.com/user",
    emails_url: "https://api.github.com/user/emails",
    scopes: "read:user user:email",
    client_auth: ClientAuth::Post,
    ..OIDC
};

// The userinfo endpoint of its OpenID Connect does not say what makes an address verified; this one does.
const KAKAO: Preset = Preset {
    names: ("카카오", "Kakao"),
    issuer: "https://kauth.kakao.com",
    authorize_url: "https://kauth.kakao.com/oauth/authorize",
    token_url: "https://kauth.kakao.com/oauth/token",
    userinfo_url: "https://kapi.kakao.com/v2/user/me",
    jwks_url: "https://kauth.kakao.com/.well-known/jwks.json",
    scopes: "openid profile_nickname account_email",
    client_auth: ClientAuth::Post,
    ..OIDC
};

const NAVER: Preset = Preset {
    names: ("네이버", "Naver"),
    issuer: "https://nid.naver.com",
    authorize_url: "https://nid.naver.com/oauth2.0/authorize",
    token_url: "https://nid.naver.com/oauth2.0/token",
    userinfo_url: "https://openapi.naver.com/v1/nid/me",
    scopes: "",
    client_auth: ClientAuth::Post,
    trusts_email: false,
    ..OIDC
};

const APPLE: Preset = Preset {
    names: ("Apple", "Apple"),
    issuer: "https://appleid.apple.com",
    authorize_url: "https://appleid.apple.com/auth/authorize",
    token_url: "https://appleid.apple.com/auth/token",
    jwks_url: "https://appleid.apple.com/auth/keys",
    scopes: "name email",
    client_auth: ClientAuth::Post,
    response_mode: ResponseMode::FormPost,
    ..OIDC
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_by_the_names_they_are_shown_with() {
        for kind in ProviderKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("Google".parse::<ProviderKind>().is_err());
    }

    #[test]
    fn what_is_known_beforehand_goes_over_encrypted_connections_only() {
        for kind in ProviderKind::ALL {
            let preset = kind.preset();
            for url in [
                preset.authorize_url,
                preset.token_url,
                preset.userinfo_url,
                preset.emails_url,
                preset.jwks_url,
            ] {
                assert!(url.is_empty() || url.starts_with("https://"), "{url}");
            }
            let complete = !preset.token_url.is_empty() && !preset.authorize_url.is_empty();
            let tells = preset.jwks_url.is_empty() != kind.is_oidc();
            let generic = matches!(kind, ProviderKind::Oidc | ProviderKind::Oauth2);
            assert!(generic || (complete && tells), "{kind}");
        }
    }
}
