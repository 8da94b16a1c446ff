//! Layers, mistakes all at once, and masks.

use std::ffi::OsString;

use super::{Config, ConfigErrors, ConfigFile, Mode, Overrides, ProviderKind};

mod apps;
mod server;
fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    let own = |(name, value): &(&str, &str)| (OsString::from(name), OsString::from(value));
    pairs.iter().map(own).collect()
}

fn load(
    file: &str,
    variables: &[(&str, &str)],
    overrides: &Overrides,
) -> Result<Config, ConfigErrors> {
    let file = ConfigFile::new("maru.toml", file);
    Config::load(overrides, environment(variables), Some(&file))
}

fn mistakes(file: &str, variables: &[(&str, &str)]) -> String {
    load(file, variables, &Overrides::default())
        .expect_err("has mistakes")
        .to_string()
}

#[test]
fn defaults_suit_one_machine() {
    let config = Config::load(&Overrides::default(), Vec::new(), None).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.mode, Mode::Development);
    assert!(config.auth.dev_identity(&config.server));
    let bound = "127.0.0.1:40123".parse().unwrap();
    assert_eq!(
        config.server.public_url(bound).origin(),
        "http://127.0.0.1:40123"
    );
}

#[test]
fn each_layer_covers_the_one_below_and_says_so() {
    let file =
        "[server]\nlisten = '127.0.0.1:1'\n[auth]\nlogin_days_max = 50\nlogin_idle_days = 10\n";
    let variables = [
        ("MARU_SERVER_LISTEN", "127.0.0.1:2"),
        ("MARU_AUTH_LOGIN_DAYS_MAX", "60"),
        ("HOME", "/root"),
    ];
    let flags = Overrides::default()
        .with("server.listen", "--listen", Some("127.0.0.1:3".to_owned()))
        .with("store.data", "--data", None);
    let config = load(file, &variables, &flags).unwrap();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.auth.login_days_max, 60);
    assert_eq!(config.auth.login_idle_days, 10);

    let printed = config.print();
    let line = |name: &str| {
        let of_setting = |line: &&str| line.starts_with(&format!("{name} = "));
        printed.lines().find(of_setting).unwrap().to_owned()
    };
    assert!(line("listen").ends_with("# flag --listen"));
    assert!(line("login_days_max").ends_with("# environment MARU_AUTH_LOGIN_DAYS_MAX"));
    assert!(line("login_idle_days").ends_with("# file maru.toml"));
    assert!(line("data").ends_with("# default"));
}

#[test]
fn what_is_printed_reads_back_as_the_same_configuration() {
    let config = Config::load(&Overrides::default(), Vec::new(), None).unwrap();
    let again = load(&config.print(), &[], &Overrides::default()).unwrap();
    let values = |config: &Config| {
        let printed = config.print();
        let value = |line: &str| line.split('#').next().unwrap().trim_end().to_owned();
        printed.lines().map(value).collect::<Vec<_>>()
    };
    assert_eq!(values(&again), values(&config));
}

#[test]
fn every_mistake_is_told_at_once_with_key_source_value_and_expectation() {
    let file = "[server]\nlisten = 8080\nmod = 'production'\n[auth]\nlogin_days_max = 'ten'\n[sever]\nx = 1\n";
    let variables = [
        ("MARU_LOG_FORMAT", "xml"),
        ("MARU_SERVER_LISTN", "127.0.0.1:1"),
        ("MARU_LIVE_PEOPLE_MAX", "0"),
    ];
    let told = mistakes(file, &variables);
    for expected in [
        "7 mistakes",
        "server.listen (file maru.toml): \"8080\" will not do; expected an address and port",
        "server.mod (file maru.toml): no such setting; did you mean server.mode?",
        "auth.login_days_max (file maru.toml): \"ten\" will not do; expected a whole number of days, 1 to 400",
        "sever.x (file maru.toml): no such setting",
        "log.format (environment MARU_LOG_FORMAT): \"xml\" will not do; expected text or json",
        "MARU_SERVER_LISTN (environment MARU_SERVER_LISTN): no such setting; did you mean MARU_SERVER_LISTEN?",
        "live.people_max (environment MARU_LIVE_PEOPLE_MAX): \"0\" will not do",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
}

#[test]
fn a_broken_file_does_not_hide_a_broken_variable() {
    let told = mistakes(
        "[server]\nlisten = \"s3cr3t\n",
        &[("MARU_SERVER_MODE", "prod")],
    );
    assert!(told.contains("maru.toml: line 2 is no TOML"), "{told}");
    assert!(told.contains("server.mode (environment MARU_SERVER_MODE)"));
    assert!(!told.contains("s3cr3t"), "the file is not quoted: {told}");
}

#[test]
fn the_development_identity_is_refused_in_production_and_beyond_this_machine() {
    for (variables, part) in [
        (
            vec![
                ("MARU_SERVER_MODE", "production"),
                ("MARU_AUTH_DEV_IDENTITY", "true"),
            ],
            "production mode",
        ),
        (
            vec![
                ("MARU_SERVER_LISTEN", "0.0.0.0:80"),
                ("MARU_SERVER_PUBLIC_URL", "http://localhost"),
            ],
            "others can reach",
        ),
        (
            vec![("MARU_SERVER_PUBLIC_URL", "https://maru.example")],
            "others can reach",
        ),
    ] {
        let told = mistakes("", &variables);
        assert!(
            told.contains("auth.dev_identity") && told.contains(part),
            "{told}"
        );
    }
    let production = [
        ("MARU_SERVER_MODE", "production"),
        ("MARU_SERVER_LISTEN", "0.0.0.0:80"),
        ("MARU_SERVER_PUBLIC_URL", "https://maru.example"),
    ];
    let config = load("", &production, &Overrides::default()).unwrap();
    assert!(!config.auth.dev_identity(&config.server));
}

#[test]
fn a_public_address_is_asked_for_where_none_can_be_guessed() {
    let told = mistakes(
        "",
        &[
            ("MARU_SERVER_LISTEN", "[::]:80"),
            ("MARU_AUTH_DEV_IDENTITY", "false"),
        ],
    );
    assert!(told.contains("server.public_url (default): must be given"));
    let told = mistakes(
        "",
        &[
            ("MARU_SERVER_MODE", "production"),
            ("MARU_SERVER_PUBLIC_URL", "http://maru.example"),
        ],
    );
    assert!(told.contains("must begin with https://"));
    for bad in [
        "maru.example",
        "https://maru.example/x",
        "ftp://maru.example",
        "https://a@b",
    ] {
        let told = mistakes("", &[("MARU_SERVER_PUBLIC_URL", bad)]);
        assert!(told.contains(&format!("{bad:?} will not do")), "{told}");
    }
}

const PROVIDER: &str = "
[auth.providers.acme_id]
name = 'Acme'
client_id = 'maru'
authorize_url = 'https://id.example/authorize'
token_url = 'https://id.example/token'
userinfo_url = 'https://id.example/userinfo'
";

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
        provider.client_secret.as_ref().map(super::Secret::reveal),
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

#[test]
fn limits_of_live_rooms_that_cannot_both_hold_are_refused_with_both_names() {
    let file =
        "[live]\ngrace_ms = 2000\nheartbeat_ms = 20000\n[live.connection_chat]\nburst = 11\n";
    let told = mistakes(file, &[]);
    for expected in [
        "4 mistakes",
        "live.away_after_ms (default): must be below live.grace_ms",
        "live.drain_spread_ms (default): must, with one live.drain_batch_ms",
        "be below live.grace_ms: who comes back",
        "live.silence_ms_max (default): must exceed two live.heartbeat_ms",
        "live.user_chat.burst (default): must not be below live.connection_chat.burst",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
    let together = [
        ("MARU_LIVE_AWAY_AFTER_MS", "1000"),
        ("MARU_LIVE_DRAIN_SPREAD_MS", "1500"),
        ("MARU_LIVE_SILENCE_MS_MAX", "50000"),
        ("MARU_LIVE_USER_CHAT_BURST", "12"),
    ];
    let config = load(file, &together, &Overrides::default()).unwrap();
    assert_eq!(config.live.grace_ms, 2_000);
    assert_eq!(config.live.user_chat.burst, 12);
    assert_eq!(config.live.user_chat.per_second, 3);
}

#[test]
fn members_of_a_full_room_are_all_back_within_the_grace() {
    let told = mistakes("[live]\npeople_max = 30000\n", &[]);
    for expected in [
        "1 mistake",
        "live.drain_spread_ms (default): must",
        "live.grace_ms",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
    let file = "[live]\npeople_max = 30000\ndrain_batch = 2000\n";
    load(file, &[], &Overrides::default()).unwrap();
}

#[test]
fn every_limit_is_shown_with_its_reason() {
    let config = Config::load(&Overrides::default(), Vec::new(), None).unwrap();
    let printed = config.print();
    for expected in [
        "[live]\n# A connection that has not joined by then is closed: it costs memory and proves nothing.\njoin_ms = 10000 ",
        "[live.address_connects]\n# New connections of one address. A second, in the long run.\nper_second = 100 ",
        "# New connections of one address. At once, after a rest.\nburst = 400 ",
    ] {
        assert!(
            printed.contains(expected),
            "{expected:?} is not in:\n{printed}"
        );
    }
}

#[test]
fn metrics_are_shown_where_it_is_safe_unless_said_otherwise() {
    let listen = |variables: &[(&str, &str)]| {
        let config = load("", variables, &Overrides::default()).unwrap();
        config
            .metrics
            .listen(&config.server)
            .map(|at| at.to_string())
    };
    assert_eq!(listen(&[]).as_deref(), Some("127.0.0.1:0"));
    let production = [
        ("MARU_SERVER_MODE", "production"),
        ("MARU_SERVER_PUBLIC_URL", "https://maru.example"),
    ];
    assert_eq!(listen(&production), None);
    assert_eq!(listen(&[("MARU_METRICS_LISTEN", "off")]), None);
    assert_eq!(listen(&[("MARU_METRICS_PUBLIC", "true")]), None);
    let given = ("MARU_METRICS_LISTEN", "127.0.0.1:9464");
    assert_eq!(listen(&[given]).as_deref(), Some("127.0.0.1:9464"));
    let told = mistakes("", &[given, ("MARU_METRICS_PUBLIC", "true")]);
    assert!(
        told.contains("metrics.public (environment MARU_METRICS_PUBLIC): must be false"),
        "{told}"
    );
    let told = mistakes("[metrics]\nlisten = '127.0.0.1:8080'\n", &[]);
    assert!(
        told.contains("metrics.listen (file maru.toml): must not be server.listen"),
        "{told}"
    );
}
