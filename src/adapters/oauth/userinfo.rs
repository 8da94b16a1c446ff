//! Who a userinfo answer speaks of. Providers agree on little: OpenID claims first, then the common others.

use serde_json::{Map, Value};

use crate::ports::identity::{Profile, ProviderError};

/// As OpenID Connect bounds it.
const SUBJECT_BYTES_MAX: usize = 255;

/// Reads a userinfo answer.
pub(super) fn read(bytes: &[u8]) -> Result<Profile, ProviderError> {
    let unreadable = |why: &str| ProviderError::Unavailable(format!("the userinfo answer {why}"));
    // The parser's error may quote the answer.
    let claims: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|_| unreadable("is no JSON object"))?;
    let subject = ["sub", "id"]
        .iter()
        .find_map(|name| match claims.get(*name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) if number.is_u64() => Some(number.to_string()),
            _ => None,
        });
    let subject = subject.filter(|subject| {
        let bytes = 1..=SUBJECT_BYTES_MAX;
        bytes.contains(&subject.len()) && !subject.chars().any(char::is_control)
    });
    Ok(Profile {
        subject: subject.ok_or_else(|| unreadable("names no subject"))?,
        name: first(&claims, &["name", "nickname"]),
        preferred_name: first(&claims, &["preferred_username", "login", "nickname"]),
    })
}

fn first(claims: &Map<String, Value>, names: &[&str]) -> Option<String> {
    let texts = names.iter().filter_map(|name| claims.get(*name)?.as_str());
    let mut filled = texts.filter(|text| !text.trim().is_empty());
    filled.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_shapes_are_understood() {
        let openid = br#"{"sub":"a|1","name":"\uD558\uB298","preferred_username":"haneul"}"#;
        let profile = read(openid).unwrap();
        assert_eq!(profile.subject, "a|1");
        assert_eq!(profile.name.as_deref(), Some("하늘"));
        assert_eq!(profile.preferred_name.as_deref(), Some("haneul"));

        let github = br#"{"id":583231,"login":"octocat","name":null}"#;
        let profile = read(github).unwrap();
        assert_eq!(profile.subject, "583231");
        assert_eq!(profile.name, None);
        assert_eq!(profile.preferred_name.as_deref(), Some("octocat"));
    }

    #[test]
    fn nobody_is_signed_in_without_a_subject() {
        let long = format!(r#"{{"sub":"{}"}}"#, "a".repeat(256));
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"sub":""}"#,
            r#"{"sub":null,"id":-1}"#,
            r#"{"sub":"a\nb"}"#,
            &long,
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
