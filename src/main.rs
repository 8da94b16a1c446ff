//! The `maru` binary: parse, dispatch, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    maru::cli::run(std::env::args_os())
}
