//! E-mail addresses, as far as two of them can be told to be the same one.

/// As RFC 5321 bounds a path, in bytes.
const BYTES_MAX: usize = 254;

/// An address in the form in which addresses are compared: NFC and lower case.
///
/// Providers treat the part before the `@` without regard to case, whatever the RFC allows. Nothing else is folded:
/// to take two addresses for one lets somebody into an account, to take one for two does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Accepts what can be an address.
    pub fn parse(text: &str) -> Option<Self> {
        use unicode_normalization::UnicodeNormalization;

        let text = text.trim();
        let plain = |c: char| !c.is_whitespace() && !c.is_control();
        if text.len() > BYTES_MAX || !text.chars().all(plain) {
            return None;
        }
        let (local, host) = text.split_once('@')?;
        if local.is_empty() || host.is_empty() || host.contains('@') {
            return None;
        }
        Some(Self(text.nfc().collect::<String>().to_lowercase()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address a provider gave, and whether it says that the person receives mail there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Email {
    /// The provider made sure.
    Verified(EmailAddress),
    /// Anybody may have typed it.
    Unverified(EmailAddress),
}

impl Email {
    /// What a provider said, if it can be an address.
    pub fn parse(text: &str, verified: bool) -> Option<Self> {
        let address = EmailAddress::parse(text)?;
        Some(match verified {
            true => Self::Verified(address),
            false => Self::Unverified(address),
        })
    }

    /// The address, verified or not.
    pub const fn address(&self) -> &EmailAddress {
        match self {
            Self::Verified(address) | Self::Unverified(address) => address,
        }
    }

    /// The address, if the provider made sure of it.
    pub const fn verified(&self) -> Option<&EmailAddress> {
        match self {
            Self::Verified(address) => Some(address),
            Self::Unverified(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_equal_without_regard_to_case_and_nothing_else() {
        let address = |text| EmailAddress::parse(text).unwrap();
        assert_eq!(
            address(" Haneul@Maru.Example "),
            address("haneul@maru.example")
        );
        assert_ne!(
            address("ha.neul@maru.example"),
            address("haneul@maru.example")
        );
        assert_ne!(
            address("haneul+a@maru.example"),
            address("haneul@maru.example")
        );
        // The first letter is Cyrillic.
        assert_ne!(address("аdmin@maru.example"), address("admin@maru.example"));
    }

    #[test]
    fn what_is_no_address_is_none() {
        let long = format!("{}@maru.example", "a".repeat(254));
        for bad in [
            "", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\nc", "a\u{0}@b", "a", &long,
        ] {
            assert_eq!(Email::parse(bad, true), None, "{bad:?}");
        }
    }
}
