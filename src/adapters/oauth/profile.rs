//! Who a provider's answer speaks of. Providers agree on little: OpenID claims, and what each of the others says
//! instead.

use serde_json::{Map, Value};

use crate::config::ProviderKind;
use crate::domain::clock::WallMs;
use crate::domain::email::Email;
use crate::ports::identity::{Profile, ProviderError};

/// As OpenID Connect bounds it.
const SUBJECT_BYTES_MAX: usize = 255;

/// Naver's word for "all is well".
const NAVER_FINE: &str = "00";

/// What an answer says, without who named the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) subject: String,
    pub(super) name: Option<String>,
    pub(super) preferred_name: Option<String>,
    pub(super) email: Option<Email>,
}

impl Said {
    pub(super) fn by(self, issuer: &str) -> Profile {
        Profile {
            issuer: issuer.to_owned(),
            subject: self.subject,
            name: self.name,
            preferred_name: self.preferred_name,
            email: self.email,
            authenticated: None,
        }
    }

    /// What is missing here as another answer has it, which must be about the same person.
    pub(super) fn or(self, other: Self) -> Result<Self, ProviderError> {
        if self.subject != other.subject {
            let why = "the userinfo answer is about another person than the ID token";
            return Err(ProviderError::Refused(why.to_owned()));
        }
        Ok(Self {
            name: self.name.or(other.name),
            preferred_name: self.preferred_name.or(other.preferred_name),
            // An address of which it is known where it stands before one of which it is not.
            email: match (self.email, other.email) {
                (Some(Email::Unverified(_)) | None, Some(email)) => Some(email),
                (email, _) => email,
            },
            subject: self.subject,
        })
    }
}

/// Reads a userinfo answer.
pub(super) fn read(kind: ProviderKind, bytes: &[u8]) -> Result<Said, ProviderError> {
    // The parser's error may quote the answer.
    let answer: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|_| unreadable("is no JSON object"))?;
    match kind {
        ProviderKind::Naver => naver(&answer),
        ProviderKind::Kakao => kakao(&answer),
        ProviderKind::Github => {
            // Whatever stands here, only the address of addresses says whether it is verified.
            let said = claims(&answer, answer.get("id"))?;
            let email = said.email.map(|it| Email::Unverified(it.address().clone()));
            Ok(Said { email, ..said })
        }
        ProviderKind::Google | ProviderKind::Apple | ProviderKind::Oidc => openid(&answer),
        // Servers of their own making call it one or the other.
        ProviderKind::Oauth2 => {
            let mut subjects = [answer.get("sub"), answer.get("id")].into_iter().flatten();
            claims(&answer, subjects.find(|it| subject_of(it).is_some()))
        }
    }
}

/// Reads OpenID claims, of a token or a userinfo answer: their subject is `sub`, a text, and nothing beside it.
pub(super) fn openid(answer: &Map<String, Value>) -> Result<Said, ProviderError> {
    claims(
        answer,
        answer.get("sub").filter(|subject| subject.is_string()),
    )
}

/// When the person last proved to the provider who they are, in milliseconds, as far as it says so.
pub(super) fn auth_time(claims: &Map<String, Value>) -> Option<WallMs> {
    let seconds = claims.get("auth_time")?;
    // Some write a number with a fraction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = || seconds.as_f64().filter(|it| *it >= 0.0).map(|it| it as u64);
    let seconds = seconds.as_u64().or_else(whole)?;
    Some(WallMs(seconds.saturating_mul(1_000)))
}

/// Reads claims, or what is like them, about this subject.
fn claims(claims: &Map<String, Value>, subject: Option<&Value>) -> Result<Said, ProviderError> {
    let subject = subject.and_then(subject_of);
    // Apple writes it as a text.
    let verified = match claims.get("email_verified") {
        Some(Value::Bool(verified)) => *verified,
        Some(Value::String(verified)) => verified == "true",
        _ => false,
    };
    Ok(Said {
        subject: subject.ok_or_else(|| unreadable("names no subject"))?,
        name: first(claims, &["name", "nickname"]),
        preferred_name: first(claims, &["preferred_username", "login", "nickname"]),
        email: email(claims, verified),
    })
}

// An address counts as verified when it is in use and was confirmed; the one without the other says nothing.
fn kakao(answer: &Map<String, Value>) -> Result<Said, ProviderError> {
    let subject = answer.get("id").and_then(subject_of);
    let none = Map::new();
    let object = |of: &Map<String, Value>, name: &str| match of.get(name) {
        Some(Value::Object(object)) => object.clone(),
        _ => none.clone(),
    };
    let account = object(answer, "kakao_account");
    let yes = |name: &str| account.get(name) == Some(&Value::Bool(true));
    let profile = object(&account, "profile");
    Ok(Said {
        subject: subject.ok_or_else(|| unreadable("names no subject"))?,
        name: first(&profile, &["nickname"]),
        preferred_name: None,
        email: email(&account, yes("is_email_valid") && yes("is_email_verified")),
    })
}

fn naver(answer: &Map<String, Value>) -> Result<Said, ProviderError> {
    let code = answer.get("resultcode").and_then(Value::as_str);
    if code != Some(NAVER_FINE) {
        return Err(ProviderError::Refused(
            "the userinfo answer says that something is wrong".to_owned(),
        ));
    }
    let Some(Value::Object(person)) = answer.get("response") else {
        return Err(unreadable("holds nobody"));
    };
    let subject = person.get("id").and_then(subject_of);
    Ok(Said {
        subject: subject.ok_or_else(|| unreadable("names no subject"))?,
        name: first(person, &["nickname", "name"]),
        preferred_name: None,
        // People type it in, and it need not be a Naver address.
        email: email(person, false),
    })
}

/// The e-mail address of GitHub's list that stands for the person.
pub(super) fn primary_email(bytes: &[u8]) -> Result<Option<Email>, ProviderError> {
    let unreadable = || ProviderError::Unavailable("the list of e-mails is unreadable".to_owned());
    let list: Vec<Map<String, Value>> = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    let yes = |entry: &Map<String, Value>, name| entry.get(name) == Some(&Value::Bool(true));
    let primary = list.iter().find(|entry| yes(entry, "primary"));
    Ok(primary.and_then(|entry| email(entry, yes(entry, "verified"))))
}

/// What Apple's form says a person is called, once: `{"name": {"firstName", "lastName"}}`. Its e-mail address is the
/// browser's word, and left alone.
pub(super) fn form_name(form: &str) -> Option<String> {
    let form: Map<String, Value> = serde_json::from_str(form).ok()?;
    let Some(Value::Object(name)) = form.get("name") else {
        return None;
    };
    let (given, family) = (first(name, &["firstName"]), first(name, &["lastName"]));
    let is_hangul = |text: &String| text.chars().any(|c| ('가'..='힣').contains(&c));
    match (given, family) {
        (Some(given), Some(family)) if is_hangul(&family) => Some(format!("{family}{given}")),
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (given, family) => given.or(family),
    }
}

fn subject_of(value: &Value) -> Option<String> {
    let subject = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        _ => return None,
    };
    let bytes = 1..=SUBJECT_BYTES_MAX;
    let good = bytes.contains(&subject.len()) && !subject.chars().any(char::is_control);
    good.then_some(subject)
}

fn email(claims: &Map<String, Value>, verified: bool) -> Option<Email> {
    Email::parse(claims.get("email")?.as_str()?, verified)
}

fn first(claims: &Map<String, Value>, names: &[&str]) -> Option<String> {
    let texts = names.iter().filter_map(|name| claims.get(*name)?.as_str());
    let mut filled = texts.filter(|text| !text.trim().is_empty());
    filled.next().map(str::to_owned)
}

fn unreadable(why: &str) -> ProviderError {
    ProviderError::Unavailable(format!("the userinfo answer {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(kind: ProviderKind, answer: &Value) -> Said {
        read(kind, answer.to_string().as_bytes()).unwrap()
    }

    fn verified(said: &Said) -> Option<bool> {
        let email = said.email.as_ref()?;
        Some(email.verified().is_some())
    }

    #[test]
    fn the_common_shapes_are_understood() {
        let openid = json!({ "sub": "a|1", "name": "하늘", "preferred_username": "haneul" });
        let openid = said(ProviderKind::Oauth2, &openid);
        assert_eq!(openid.subject, "a|1");
        assert_eq!(openid.name.as_deref(), Some("하늘"));
        assert_eq!(openid.preferred_name.as_deref(), Some("haneul"));

        let github = json!({ "id": 583_231, "login": "octocat", "name": null, "email": "o@cat.example",
            "email_verified": true });
        let github = said(ProviderKind::Github, &github);
        assert_eq!(github.subject, "583231");
        assert_eq!(github.name, None);
        assert_eq!(github.preferred_name.as_deref(), Some("octocat"));
        assert_eq!(verified(&github), Some(false));
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
            for kind in [
                ProviderKind::Oauth2,
                ProviderKind::Kakao,
                ProviderKind::Naver,
            ] {
                assert!(read(kind, bad.as_bytes()).is_err(), "{bad}");
            }
        }
    }

    #[test]
    fn a_subject_of_openid_is_a_text_and_called_sub() {
        for bad in [
            json!({ "id": "victim" }),
            json!({ "sub": 7 }),
            json!({ "sub": null, "id": "victim" }),
            json!({ "sub": "", "id": "victim" }),
        ] {
            for kind in [
                ProviderKind::Google,
                ProviderKind::Apple,
                ProviderKind::Oidc,
            ] {
                assert!(read(kind, bad.to_string().as_bytes()).is_err(), "{bad}");
            }
            let claims = bad.as_object().unwrap();
            assert!(openid(claims).is_err(), "{bad}");
        }
        let plain = json!({ "sub": 7, "id": "other" });
        assert_eq!(said(ProviderKind::Oauth2, &plain).subject, "7");
    }

    #[test]
    fn the_time_of_a_proof_is_a_number_of_seconds() {
        let of = |value: Value| auth_time(json!({ "auth_time": value }).as_object().unwrap());
        assert_eq!(of(json!(1_700_000_000)), Some(WallMs(1_700_000_000_000)));
        assert_eq!(of(json!(1.9)), Some(WallMs(1_000)));
        for none in [json!(null), json!("1700000000"), json!(-1), json!([1])] {
            assert_eq!(of(none.clone()), None, "{none}");
        }
    }

    #[test]
    fn an_address_is_verified_only_where_that_is_said_outright() {
        for (said_so, expected) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!("yes"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let answer = json!({ "sub": "1", "email": "a@b.example", "email_verified": said_so });
            let answer = said(ProviderKind::Oidc, &answer);
            assert_eq!(verified(&answer), Some(expected), "{said_so}");
        }
        let odd = json!({ "sub": "1", "email": ["a@b.example"], "email_verified": true });
        assert_eq!(said(ProviderKind::Oidc, &odd).email, None);
    }

    #[test]
    fn kakao_verifies_in_two_parts() {
        let person = |account: &Value| {
            let answer = json!({ "id": 7, "kakao_account": account });
            said(ProviderKind::Kakao, &answer)
        };
        for (valid, confirmed) in [(true, true), (true, false), (false, true), (false, false)] {
            let account = json!({ "email": "a@b.example", "is_email_valid": valid,
                "is_email_verified": confirmed, "profile": { "nickname": "하늘" } });
            let person = person(&account);
            assert_eq!(verified(&person), Some(valid && confirmed));
            assert_eq!(person.name.as_deref(), Some("하늘"));
        }
        assert_eq!(
            person(&json!({ "email_needs_agreement": true })).email,
            None
        );
        assert_eq!(said(ProviderKind::Kakao, &json!({ "id": 7 })).name, None);
    }

    #[test]
    fn naver_comes_in_an_envelope_and_verifies_nothing() {
        let person = json!({ "id": "abc", "nickname": "하늘", "email": "a@naver.com", "email_verified": true });
        let fine = json!({ "resultcode": "00", "message": "success", "response": person });
        let fine = said(ProviderKind::Naver, &fine);
        assert_eq!(
            (fine.subject.as_str(), verified(&fine)),
            ("abc", Some(false))
        );
        for bad in [
            json!({ "resultcode": "024", "message": "Authentication failed", "response": person }),
            json!({ "resultcode": 0, "response": person }),
            json!({ "response": person }),
            json!({ "resultcode": "00", "response": null }),
            json!({ "resultcode": "00", "id": "abc" }),
        ] {
            assert!(
                read(ProviderKind::Naver, bad.to_string().as_bytes()).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn github_names_one_primary_address() {
        let of = |list: &Value| primary_email(list.to_string().as_bytes()).unwrap();
        let entry = |email: &str, primary: bool, verified: bool| json!({ "email": email, "primary": primary, "verified": verified });
        let list = json!([
            entry("a@b.example", false, true),
            entry("c@d.example", true, true)
        ]);
        assert_eq!(of(&list), Email::parse("c@d.example", true));
        let list = json!([
            entry("a@b.example", false, true),
            entry("c@d.example", true, false)
        ]);
        assert_eq!(of(&list), Email::parse("c@d.example", false));
        assert_eq!(of(&json!([entry("a@b.example", false, true)])), None);
        assert!(primary_email(b"{}").is_err());
    }

    #[test]
    fn apples_name_is_put_together_and_its_address_left_alone() {
        let name =
            |name: Value| form_name(&json!({ "name": name, "email": "x@y.example" }).to_string());
        let full = json!({ "firstName": "Mina", "lastName": "Kim" });
        assert_eq!(name(full).as_deref(), Some("Mina Kim"));
        let hangul = json!({ "firstName": "하늘", "lastName": "김" });
        assert_eq!(name(hangul).as_deref(), Some("김하늘"));
        assert_eq!(
            name(json!({ "firstName": "Mina" })).as_deref(),
            Some("Mina")
        );
        assert_eq!(name(json!("Mina")), None);
        assert_eq!(form_name("<script>"), None);
    }

    #[test]
    fn two_answers_are_about_one_person_or_refused() {
        let of = |sub: &str, email: Option<Email>| Said {
            subject: sub.to_owned(),
            name: None,
            preferred_name: None,
            email,
        };
        let (sure, unsure) = (
            Email::parse("a@b.example", true),
            Email::parse("a@b.example", false),
        );
        assert!(of("1", None).or(of("2", None)).is_err());
        let both = of("1", unsure.clone()).or(of("1", sure.clone())).unwrap();
        assert_eq!(both.email, sure);
        let both = of("1", sure.clone()).or(of("1", unsure)).unwrap();
        assert_eq!(both.email, sure);
    }
}
