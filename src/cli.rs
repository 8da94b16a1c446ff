//! The command line: what to run, with which settings, and what the exit code says.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::{
    AccountRole, OperateError, SeedOutcome, Server, dead_letters, decode_picture, diagnose,
    document, list_keys, migrate, redrive, replay, revoke_key, rotate_keys, seed, set_role,
    start_logging,
};
use crate::config::{Config, Overrides};

/// The configuration, the arguments or the store are not as they must be.
const EXIT_USAGE: u8 = 2;

#[derive(Debug, Parser)]
#[command(
    name = "maru",
    version,
    about = "A live room server with the social platform around it"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the services, all of them in this process or some: on the embedded store, or on the backends configured.
    Serve {
        #[command(flatten)]
        settings: Settings,
        /// Which: some of auth,user,room,post,asset,recommend.
        #[arg(long, value_name = "NAMES")]
        services: Option<String>,
    },
    /// Print every setting, its value and where it comes from; secrets are masked.
    Config(Settings),
    /// Examine every configured backend, or the embedded store; exit code 1 when something is wrong.
    Doctor {
        #[command(flatten)]
        settings: Settings,
        /// Answer with one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Print what a server answers, as OpenAPI 3.1.
    Openapi,
    /// Move the demo neighbourhood into a store without one: all of it, or nothing when this is interrupted.
    Seed(Settings),
    /// Bring the schema of the stores up to date: of PostgreSQL and MongoDB where they are configured, else of the
    /// embedded one; and make the topics of Kafka.
    Migrate(Settings),
    /// Give an account a role on the platform, also while servers run.
    Role {
        /// Whose.
        handle: String,
        /// user, moderator or admin.
        role: AccountRole,
        #[command(flatten)]
        settings: Settings,
    },
    /// The keys access tokens are signed with, also while servers run.
    #[command(subcommand)]
    Keys(Keys),
    /// The consumers of the event log.
    #[command(subcommand)]
    Events(Events),
    /// Decode one picture of strangers from standard input; the server runs this for itself.
    #[command(hide = true)]
    DecodePicture {
        /// What it is said to be.
        content_type: String,
    },
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a new key: published at once, it signs in ten minutes; what the old one has signed stays good.
    Rotate {
        /// Sign with it at once.
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Distrust a key at once, and every access token it has signed; the newest other key signs from now on.
    Revoke {
        /// Which, as `maru keys list` names it.
        kid: String,
        /// Make a new key that signs at once.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Print the keys, their states and when each begins to sign.
    List(Settings),
}

#[derive(Debug, Subcommand)]
enum Events {
    /// Print what a consumer has given up, and why.
    Dead(OfConsumer),
    /// Give a consumer what it has given up once more, in order, also while servers run.
    Redrive(OfConsumer),
    /// Give a consumer everything the log still holds, from the beginning; of Kafka, while no server runs it.
    Replay(OfConsumer),
}

#[derive(Debug, Args)]
struct OfConsumer {
    /// Which: discovery.
    consumer: String,
    #[command(flatten)]
    settings: Settings,
}

/// Flags win over MARU_* variables, these over the file, the file over the defaults.
#[derive(Debug, Args)]
struct Settings {
    /// A TOML file of settings; ./maru.toml is read when it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port to serve on.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Folder of the embedded store.
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

impl Settings {
    fn load(self) -> Result<Config, ExitCode> {
        self.load_with(|overrides| overrides)
    }

    fn load_with(self, more: impl FnOnce(Overrides) -> Overrides) -> Result<Config, ExitCode> {
        let overrides = Overrides::default()
            .with("server.listen", "--listen", self.listen)
            .with("store.data", "--data", self.data);
        let overrides = more(overrides);
        Config::of_process(&overrides, self.config.as_deref()).map_err(|errors| {
            complain(&errors);
            ExitCode::from(EXIT_USAGE)
        })
    }
}

/// Runs one command line.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are errors to clap, and print to standard output.
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            return error
                .print()
                .map_or(ExitCode::FAILURE, |()| ExitCode::from(code));
        }
    };
    // It is to hold as little as can be.
    if let Command::DecodePicture { content_type } = &cli.command {
        return decode_picture(content_type).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    // A second installation of the provider cannot happen: this runs once, before any thread.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        complain(&"another TLS provider is installed");
        return ExitCode::FAILURE;
    }
    let outcome = match cli.command {
        Command::Serve { settings, services } => settings
            .load_with(|overrides| overrides.with("server.services", "--services", services))
            .and_then(|config| serve(&config)),
        Command::Config(settings) => settings.load().map(|config| say(&config.print())),
        Command::Doctor { settings, json } => {
            settings.load().and_then(|config| examine(&config, json))
        }
        Command::Openapi => {
            say(document().text());
            Ok(())
        }
        Command::DecodePicture { .. } => Ok(()),
        Command::Seed(settings) => settings.load().and_then(|config| move_in(&config)),
        Command::Migrate(settings) => settings.load().and_then(|config| bring_up(&config)),
        Command::Role {
            handle,
            role,
            settings,
        } => settings
            .load()
            .and_then(|config| give_role(&config, &handle, role)),
        Command::Keys(Keys::Rotate { now, settings }) => {
            settings.load().and_then(|config| turn_keys(&config, now))
        }
        Command::Keys(Keys::Revoke {
            kid,
            replace,
            settings,
        }) => settings
            .load()
            .and_then(|config| distrust(&config, &kid, replace)),
        Command::Events(events) => of_events(events),
        Command::Keys(Keys::List(settings)) => {
            settings.load().and_then(|config| tell_keys(&config))
        }
    };
    outcome.map_or_else(|code| code, |()| ExitCode::SUCCESS)
}

fn runtime() -> Result<tokio::runtime::Runtime, ExitCode> {
    let built = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    built.map_err(|error| {
        complain(&error);
        ExitCode::FAILURE
    })
}

fn serve(config: &Config) -> Result<(), ExitCode> {
    start_logging(&config.log);
    runtime()?.block_on(async {
        let server = Server::start(config).await.map_err(|error| {
            complain(&error);
            ExitCode::from(EXIT_USAGE)
        })?;
        let waited = tokio::select! {
            waited = stop_signal() => waited.map_err(|error| {
                complain(&error);
                ExitCode::FAILURE
            }),
            () = server.failed() => Err(ExitCode::FAILURE),
        };
        server.stop().await;
        waited
    })
}

/// Waits for SIGTERM or SIGINT.
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn move_in(config: &Config) -> Result<(), ExitCode> {
    start_logging(&config.log);
    let data = &config.store.data;
    match runtime()?.block_on(seed(config)) {
        Ok(SeedOutcome::Seeded(people)) => {
            say(&format!("{people} people moved into {}", data.display()));
            Ok(())
        }
        Ok(SeedOutcome::Inhabited) => {
            say(&format!(
                "people live in {} already; nothing was changed",
                data.display()
            ));
            Ok(())
        }
        Err(error) => {
            complain(&error);
            Err(ExitCode::FAILURE)
        }
    }
}

fn bring_up(config: &Config) -> Result<(), ExitCode> {
    let migrated = runtime()?.block_on(migrate(config));
    say(&migrated.map_err(not_operated)?.join("\n"));
    Ok(())
}

/// Dead letters printed at once.
const DEAD_LETTERS_MAX: u32 = 1_000;

fn of_events(events: Events) -> Result<(), ExitCode> {
    match events {
        Events::Dead(OfConsumer { consumer, settings }) => {
            let config = settings.load()?;
            let asked = dead_letters(&config, &consumer, DEAD_LETTERS_MAX);
            let dead = runtime()?.block_on(asked).map_err(not_operated)?;
            for letter in &dead {
                let (since, topic) = (letter.at.to_offset(), &letter.topic);
                say(&format!("{since} {topic:<8} {} {}", letter.id, letter.why));
            }
            say(&format!("{consumer} has given up {} events", dead.len()));
        }
        Events::Redrive(OfConsumer { consumer, settings }) => {
            let config = settings.load()?;
            let redriven = runtime()?.block_on(redrive(&config, &consumer));
            let redriven = redriven.map_err(not_operated)?;
            say(&format!("{consumer} is given {redriven} events once more"));
        }
        Events::Replay(OfConsumer { consumer, settings }) => {
            let config = settings.load()?;
            let replayed = runtime()?.block_on(replay(&config, &consumer));
            replayed.map_err(not_operated)?;
            say(&format!("{consumer} is given the log from the beginning"));
        }
    }
    Ok(())
}

/// Says why nothing was changed.
#[allow(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn not_operated(error: OperateError) -> ExitCode {
    complain(&error);
    ExitCode::FAILURE
}

fn give_role(config: &Config, handle: &str, role: AccountRole) -> Result<(), ExitCode> {
    let given = runtime()?.block_on(set_role(config, handle, role));
    let before = given.map_err(not_operated)?;
    let (before, after) = (before.as_str(), role.as_str());
    say(&if before == after {
        format!("{handle} is {after} already; nothing was changed")
    } else {
        format!("{handle} is {after} now and was {before} before")
    });
    Ok(())
}

fn turn_keys(config: &Config, at_once: bool) -> Result<(), ExitCode> {
    let made = runtime()?.block_on(rotate_keys(config, at_once));
    let made = made.map_err(not_operated)?;
    say(&format!("{} signs from {}", made.kid, made.signs_from));
    Ok(())
}

fn distrust(config: &Config, kid: &str, replace: bool) -> Result<(), ExitCode> {
    let revoked = runtime()?.block_on(revoke_key(config, kid, replace));
    let signs = revoked.map_err(not_operated)?;
    say(&format!("{kid} is believed no more; {signs} signs"));
    Ok(())
}

fn tell_keys(config: &Config) -> Result<(), ExitCode> {
    let keys = runtime()?.block_on(list_keys(config));
    let keys = keys.map_err(not_operated)?;
    for key in keys {
        say(&format!("{:<9} {} {}", key.state, key.signs_from, key.kid));
    }
    Ok(())
}

fn examine(config: &Config, json: bool) -> Result<(), ExitCode> {
    let diagnosis = runtime()?.block_on(diagnose(config));
    say(&if json {
        diagnosis.json()
    } else {
        diagnosis.text()
    });
    diagnosis.is_well().then_some(()).ok_or(ExitCode::FAILURE)
}

/// Says something to whoever reads standard output. A reader that has hung up, like `head`, has heard enough.
fn say(text: &str) {
    let said = writeln!(std::io::stdout(), "{}", text.trim_end());
    if let Err(error) = said.or_else(hung_up) {
        complain(&error);
    }
}

fn hung_up(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

#[allow(clippy::print_stderr)]
fn complain(error: &dyn std::fmt::Display) {
    eprintln!("maru: {error}");
}
