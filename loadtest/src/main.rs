//! Measurements of the live room on one machine: fan-out, idle connections, and the room's own share.
//! Servers and clients are separate processes, so that the time of each is known apart.

mod child;
mod fanout;
mod idle;
mod live;
mod process;
mod report;
mod room;
mod walk;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What stops a measurement.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(
    name = "maru-loadtest",
    version,
    about = "Measure Maru's live rooms on this machine"
)]
struct Cli {
    /// Print one JSON document instead of tables.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One room's broadcasts to many sockets, through the real outbox and beside simpler ways.
    Fanout(fanout::Arguments),
    /// Memory and processor time of joined connections in which nothing happens.
    Idle(idle::Arguments),
    /// One room full of people who all walk, through the real server.
    Walk(walk::Arguments),
    /// What the room's state machine costs without any socket.
    Room(room::Arguments),
    /// The receivers of a fan-out.
    #[command(hide = true)]
    FanoutClient(fanout::client::Arguments),
    /// The server under measurement: the real one, in a process of its own.
    #[command(hide = true)]
    Server(live::server::Arguments),
    /// What the server starts itself for pictures: its own program is this one.
    #[command(hide = true)]
    DecodePicture(live::server::Arguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = process::raise_file_limit().and_then(|()| match cli.command {
        Command::Fanout(arguments) => fanout::run(&arguments, cli.json),
        Command::Idle(arguments) => idle::run(&arguments, cli.json),
        Command::Walk(arguments) => walk::run(&arguments, cli.json),
        Command::Room(arguments) => room::run(&arguments, cli.json),
        Command::FanoutClient(arguments) => fanout::client::run(&arguments),
        Command::Server(arguments) => live::server::run(&[], arguments),
        Command::DecodePicture(arguments) => live::server::run(&["decode-picture"], arguments),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&*error);
            ExitCode::FAILURE
        }
    }
}
