//! Sign-in providers and apps, as they are configured.

use super::*;

#[test]
fn providers_are_configured_by_file_and_variables_and_their_secrets_stay_hidden() {
    let secret = [(
        "MARU_AUTH_PROVIDERS_ACME_ID_CLIENT_SECRET",
        "hush-hush-value",
    )];
    let config = load(PROVIDER, &secret, &Overrides::default()).unwrap();
    let provider = &config.auth.providers[0];
    assert_eq!(
        (provider.id.as_str(), provider.name_ko.as_str()),
        ("acme_id", "Acme")
    );
    assert_eq!(
        provider
            .client_secret
            .as_ref()
            .map(crate::config::Secret::reveal),
        Some("hush-hush-value")
    );
    let printed = config.print();
    assert!(printed.contains("[auth.providers.acme_id]"));
    assert!(printed.contains("client_secret = \"********\""));
    for leak in [printed, format!("{config:?}")] {
        assert!(!leak.contains("hush-hush-value"), "{leak}");
    }
}

#[test]
fn a_bad_secret_is_reported_without_its_value() {
    let told = mistakes(
        PROVIDER,
        &[("MARU_AUTH_PROVIDERS_ACME_ID_CLIENT_SECRET", "hush\u{7}hush")],
    );
    assert!(told.contains("auth.providers.acme_id.client_secret"));
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn providers_lacking_something_or_sending_secrets_in_clear_are_refused() {
    let told = mistakes(
        "[auth.providers.acme]\nclient_id = 'm'\ntoken_url = 'http://id.example/t'\nuserinfourl = 'x'\n",
        &[],
    );
    for expected in [
        "auth.providers.acme.authorize_url (default): is missing",
        "auth.providers.acme.userinfo_url (default): is missing",
        "auth.providers.acme.token_url (file maru.toml): \"http://id.example/t\" will not do",
        "did you mean auth.providers.acme.userinfo_url?",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
    assert!(!told.contains("token_url (default)"), "{told}");
    let told = mistakes(&PROVIDER.replace("acme_id", "dev"), &[]);
    assert!(told.contains("belongs to the built-in"), "{told}");
}

#[test]
fn a_well_known_provider_needs_no_more_than_what_it_gave_us() {
    let variables = [
        ("MARU_AUTH_PROVIDERS_KAKAO_CLIENT_ID", "rest-key"),
        (
            "MARU_AUTH_PROVIDERS_KAKAO_AUDIENCES",
            "native-key, other-key",
        ),
        ("MARU_AUTH_PROVIDERS_WORK_KIND", "google"),
        ("MARU_AUTH_PROVIDERS_WORK_CLIENT_ID", "w"),
        ("MARU_AUTH_PROVIDERS_WORK_SCOPES", "openid email"),
        ("MARU_AUTH_PROVIDERS_WORK_NAME", "일터"),
    ];
    let config = load("", &variables, &Overrides::default()).unwrap();
    let [kakao, work] = &config.auth.providers[..] else {
        panic!("two providers");
    };
    assert_eq!(kakao.kind, ProviderKind::Kakao);
    assert_eq!(
        (kakao.name_ko.as_str(), kakao.name_en.as_str()),
        ("카카오", "Kakao")
    );
    assert_eq!(kakao.audiences, ["rest-key", "native-key", "other-key"]);
    assert_eq!(kakao.issuer, "https://kauth.kakao.com");
    assert!(kakao.jwks_url.is_some() && kakao.trusts_email);
    assert_eq!(work.name_ko, "일터");
    assert_eq!(work.scopes, "openid email");
    assert_eq!(work.issuer, "https://accounts.google.com");
    assert!(config.print().contains("kind = \"kakao\""));
}

#[test]
fn an_issuer_is_enough_and_another_issuer_takes_the_known_addresses_away() {
    let file = "[auth.providers.corp]\nissuer = 'https://id.corp.example/realm'\nclient_id = 'm'\n\
        [auth.providers.google]\nissuer = 'https://accounts.google.example'\nclient_id = 'm'\n";
    let config = load(file, &[], &Overrides::default()).unwrap();
    for provider in &config.auth.providers {
        assert!(provider.kind.is_oidc());
        assert_eq!(provider.token_url, None, "{}", provider.id);
    }
    assert_eq!(
        config.auth.providers[0].issuer,
        "https://id.corp.example/realm"
    );

    // Where nothing else tells servers apart, their place does.
    let config = load(PROVIDER, &[], &Overrides::default()).unwrap();
    assert_eq!(config.auth.providers[0].kind, ProviderKind::Oauth2);
    assert_eq!(config.auth.providers[0].issuer, "https://id.example");
    assert!(!config.auth.providers[0].trusts_email);
}

#[test]
fn providers_that_could_not_work_are_refused_with_the_reason() {
    let file = "[auth.providers.corp]\nkind = 'oidc'\nclient_id = 'm'\nscopes = 'profile'\n\
        [auth.providers.apple]\nclient_id = 'm'\n\
        [auth.providers.github]\nclient_id = 'm'\nprivate_key = 'hush'\n\
        [auth.providers.odd]\nkind = 'facebook'\nissuer = 'https://id.example/?x=1'\nclient_auth = 'x'\n";
    let told = mistakes(file, &[]);
    for expected in [
        "auth.providers.corp.issuer (default): is missing",
        "auth.providers.corp.scopes (file maru.toml): must hold openid",
        "auth.providers.apple.private_key (default): is what Apple needs",
        "auth.providers.github.private_key (file maru.toml): is for providers of the kind apple",
        "auth.providers.github.key_id (default): and team_id must say which",
        "auth.providers.odd.kind (file maru.toml): \"facebook\" will not do",
        "auth.providers.odd.issuer (file maru.toml)",
        "auth.providers.odd.client_auth (file maru.toml): \"x\" will not do; expected basic or post",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn apples_key_is_read_with_line_ends_written_out_and_never_shown() {
    let variables = [
        ("MARU_AUTH_PROVIDERS_APPLE_CLIENT_ID", "example.maru.web"),
        ("MARU_AUTH_PROVIDERS_APPLE_TEAM_ID", "TEAM"),
        ("MARU_AUTH_PROVIDERS_APPLE_KEY_ID", "KEY"),
        ("MARU_AUTH_PROVIDERS_APPLE_PRIVATE_KEY", "hush\\nhush\\n"),
    ];
    let config = load("", &variables, &Overrides::default()).unwrap();
    let key = config.auth.providers[0].apple_key.as_ref().unwrap();
    assert_eq!(key.private_key.reveal(), "hush\nhush\n");
    for leak in [config.print(), format!("{config:?}")] {
        assert!(!leak.contains("hush"), "{leak}");
    }
}

#[test]
fn what_is_printed_of_providers_reads_back_as_the_same_providers() {
    let variables = [
        ("MARU_AUTH_PROVIDERS_NAVER_CLIENT_ID", "n"),
        ("MARU_AUTH_PROVIDERS_CORP_ISSUER", "https://id.corp.example"),
        ("MARU_AUTH_PROVIDERS_CORP_CLIENT_ID", "c"),
    ];
    let config = load("", &variables, &Overrides::default()).unwrap();
    let printed: Vec<String> = config
        .print()
        .lines()
        .filter(|line| !line.starts_with("client_secret =") && !line.starts_with("private_key ="))
        .map(str::to_owned)
        .collect();
    let again = load(&printed.join("\n"), &[], &Overrides::default()).unwrap();
    assert_eq!(again.auth.providers, config.auth.providers);
}
