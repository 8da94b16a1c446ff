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

/// Runs in the role.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let name = OsString::from("maru");
    let code = maru::cli::run(std::iter::once(name).chain(arguments.maru));
    if code == ExitCode::SUCCESS {
        Ok(())
    } else {
        Err("the server did not run well".into())
    }
}
