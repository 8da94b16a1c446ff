//! What the kernel knows about this process: processor time, memory, open files, the monotonic clock.

use std::fs;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Processor time of a process, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CpuUs {
    /// In the program.
    pub user: f64,
    /// In the kernel on its behalf.
    pub system: f64,
}

impl CpuUs {
    /// Used by this process so far.
    pub fn so_far() -> Result<Self, Failure> {
        let usage = getrusage(UsageWho::RUSAGE_SELF)?;
        let us = |time: nix::sys::time::TimeVal| time.num_microseconds() as f64;
        Ok(Self {
            user: us(usage.user_time()),
            system: us(usage.system_time()),
        })
    }

    /// Used by another process so far, in steps of 10 ms.
    pub fn of_process(pid: u32) -> Result<Self, Failure> {
        /// USER_HZ, the same on every Linux.
        const US_PER_TICK: f64 = 10_000.0;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name in parentheses may hold anything; fields are counted after it. utime is the 14th of all.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks: Vec<f64> = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|n| n.parse().ok())
            .collect();
        let [user, system] = ticks[..] else {
            return Err(format!("/proc/{pid}/stat has another form").into());
        };
        Ok(Self {
            user: user * US_PER_TICK,
            system: system * US_PER_TICK,
        })
    }

    /// Used since `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            user: self.user - earlier.user,
            system: self.system - earlier.system,
        }
    }

    /// Both together.
    pub fn total(self) -> f64 {
        self.user + self.system
    }
}

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Resident.
    pub resident: f64,
    /// Resident and not backed by a file: heap and stacks.
    pub anonymous: f64,
}

impl Memory {
    /// Of this process now.
    pub fn now() -> Result<Self, Failure> {
        Self::of_status("/proc/self/status")
    }

    /// Of another process now.
    pub fn of_process(pid: u32) -> Result<Self, Failure> {
        Self::of_status(&format!("/proc/{pid}/status"))
    }

    fn of_status(path: &str) -> Result<Self, Failure> {
        let status = fs::read_to_string(path)?;
        let bytes = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            let kib =
                line.and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
            kib.map(|kib| kib * 1_024.0)
                .ok_or_else(|| format!("{path} has no {key}"))
        };
        Ok(Self {
            resident: bytes("VmRSS:")?,
            anonymous: bytes("RssAnon:")?,
        })
    }
}

/// Memory the kernel holds for all TCP sockets of the machine, in bytes.
pub fn tcp_memory() -> Result<f64, Failure> {
    const PAGE_BYTES: f64 = 4_096.0;
    let text = fs::read_to_string("/proc/net/sockstat")?;
    let line = text
        .lines()
        .find(|line| line.starts_with("TCP:"))
        .unwrap_or_default();
    let pages = line
        .split_whitespace()
        .skip_while(|word| *word != "mem")
        .nth(1);
    let pages: f64 = pages.ok_or("/proc/net/sockstat has no TCP mem")?.parse()?;
    Ok(pages * PAGE_BYTES)
}

/// Allows as many open files as the system lets this process have.
pub fn raise_file_limit() -> Result<(), Failure> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(())
}

/// Refuses a measurement that needs more open files than there can be.
pub fn check_files(needed: usize) -> Result<(), Failure> {
    let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < needed as u64 {
        return Err(format!(
            "needs {needed} open files, the limit is {soft}; raise it with ulimit -n"
        )
        .into());
    }
    Ok(())
}

/// The machine's monotonic clock, the same for all processes, in microseconds.
pub fn monotonic_us() -> u64 {
    // The clock is there on every Linux; zero would only spoil a latency.
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC)
        .unwrap_or_else(|_| nix::sys::time::TimeSpec::zero());
    u64::try_from(now.num_microseconds()).unwrap_or(0)
}

/// How busy the machine was over the last minute, by the kernel's own average.
pub fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(f64::NAN)
}
