//! The server's process: the command line of `maru` itself.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;

use crate::Failure;

/// The hidden subcommand's arguments: those of `maru`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    maru: Vec<OsString>,
}

/// Runs in the role, with these words before the arguments.
pub fn run(words: &[&str], arguments: Arguments) -> Result<(), Failure> {
    let words = ["maru"].iter().chain(words).map(OsString::from);
    let code = maru::cli::run(words.chain(arguments.maru));
    if code == ExitCode::SUCCESS {
        Ok(())
    } else {
        Err("the server did not run well".into())
    }
}
