//! `walk`: a room full of people who all walk, through the real server: the cost of the latest-wins lane.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::live::{Crowd, OTHER_FILES, furnish, start};
use crate::process::{self, CpuUs};
use crate::{Failure, report};

/// Until everyone has been announced to everyone and walks.
const WARM_UP: Duration = Duration::from_secs(3);

/// `walk`'s arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// People in the room, all of them walking.
    #[arg(long, default_value_t = 200)]
    people: usize,
    /// How long processor time is measured, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// What it came to.
#[derive(Debug, Serialize)]
struct Outcome {
    people: usize,
    /// Processor time of the server, as a share of one core.
    user_cores: f64,
    system_cores: f64,
    load_average: f64,
}

/// Runs the measurement.
pub fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    process::check_files(arguments.people + OTHER_FILES)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(measure(arguments))?;
    report::print(json, &outcome, |outcome| {
        let Outcome {
            people,
            user_cores,
            system_cores,
            load_average,
        } = outcome;
        let cores = user_cores + system_cores;
        format!(
            "{people} people walking in one room: {cores:.3} cores of the server \
             ({user_cores:.3} user, {system_cores:.3} system), load average {load_average:.1}"
        )
    })
}

async fn measure(arguments: &Arguments) -> Result<Outcome, Failure> {
    let data = tempfile::tempdir()?;
    let rooms = furnish(data.path(), 1).await?;
    let (mut server, address) = start(data.path(), arguments.people).await?;
    let pid = server.id().ok_or("the server ended")?;
    let mut crowd = Crowd::join(address, &rooms[..1], arguments.people, true).await?;
    crowd.stay(WARM_UP).await?;
    let before = CpuUs::of_process(pid)?;
    let begun_us = process::monotonic_us();
    crowd.stay(Duration::from_secs(arguments.seconds)).await?;
    let used = CpuUs::of_process(pid)?.since(before);
    let elapsed_us = (process::monotonic_us() - begun_us) as f64;
    server.kill().await?;
    Ok(Outcome {
        people: arguments.people,
        user_cores: used.user / elapsed_us,
        system_cores: used.system / elapsed_us,
        load_average: process::load_average(),
    })
}
