//! Layers, mistakes all at once, and masks.

use std::ffi::OsString;

use super::{Config, ConfigErrors, ConfigFile, Mode, Overrides, ProviderKind};

mod apps;
mod providers;
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
