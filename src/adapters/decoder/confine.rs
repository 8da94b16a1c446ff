//! What the process that decodes takes away from itself before it sees a byte of a stranger: memory, time and files by
//! limits, and every system call it does not need by a filter. Whoever takes it over can compute and answer, nothing else.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::Confined;
use crate::domain::asset::limits::{DECODER_BYTES_MAX, DECODER_CPU_SECONDS_MAX};

/// Files it may have open, which it has already: input, output and errors.
const FILES_MAX: u64 = 3;

/// Confines this process. There is no way back. The answer is how far it went: the limits hold in any case.
pub(super) fn confine() -> io::Result<Confined> {
    limit()?;
    Ok(match seal() {
        Ok(()) => Confined::Sealed,
        Err(why) => Confined::Limited(why),
    })
}

fn limit() -> io::Result<()> {
    for (resource, most) in [
        (Resource::As, DECODER_BYTES_MAX),
        (Resource::Cpu, DECODER_CPU_SECONDS_MAX),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, FILES_MAX),
    ] {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn seal() -> Result<(), String> {
    Err("this system has no filter of system calls".to_owned())
}

/// Has the kernel refuse this thread, the only one, all system calls but a few.
#[cfg(target_os = "linux")]
fn seal() -> Result<(), String> {
    linux::seal().map_err(|error| error.to_string())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;

    use seccompiler::{
        BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
        SeccompFilter, SeccompRule, apply_filter,
    };

    /// Time, chance, signals to itself, memory given back, and an end. Nothing that names a file, an address or another
    /// process.
    const NEEDED: &[libc::c_long] = &[
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
    ];

    /// Input, output and errors alone are read and written, whatever else the process was born with.
    const NEEDED_FOR_STREAMS: &[libc::c_long] =
        &[libc::SYS_read, libc::SYS_write, libc::SYS_writev];

    /// Which argument of which call says what.
    const STREAM: u8 = 0;
    const PROTECTION: u8 = 2;
    const KIND_OF_MAP: u8 = 3;

    pub(super) fn seal() -> Result<(), Error> {
        apply_filter(&filter()?)
    }

    fn filter() -> Result<BpfProgram, Error> {
        let is_stream = rule(vec![argument(STREAM, SeccompCmpOp::Le, 2)?])?;
        // Memory may be taken, but none in which what was read could be run, and none that is a file.
        let code = u64::from(libc::PROT_EXEC.unsigned_abs());
        let anonymous = u64::from(libc::MAP_ANONYMOUS.unsigned_abs());
        let is_no_code = argument(PROTECTION, SeccompCmpOp::MaskedEq(code), 0)?;
        let is_no_file = argument(KIND_OF_MAP, SeccompCmpOp::MaskedEq(anonymous), anonymous)?;
        let always = NEEDED.iter().map(|call| (*call, Vec::new()));
        let streams = NEEDED_FOR_STREAMS.iter();
        let streams = streams.map(|call| (*call, vec![is_stream.clone()]));
        let mut rules: BTreeMap<_, _> = always.chain(streams).collect();
        rules.insert(libc::SYS_mprotect, vec![rule(vec![is_no_code.clone()])?]);
        rules.insert(libc::SYS_mmap, vec![rule(vec![is_no_code, is_no_file])?]);
        // Refused rather than killed: a library that asks for something it can do without goes on without it.
        let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let arch = std::env::consts::ARCH.try_into()?;
        let filter = SeccompFilter::new(rules, refused, SeccompAction::Allow, arch)?;
        Ok(filter.try_into()?)
    }

    fn argument(number: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompCondition, Error> {
        let width = SeccompCmpArgLen::Dword;
        Ok(SeccompCondition::new(number, width, is, value)?)
    }

    fn rule(all: Vec<SeccompCondition>) -> Result<SeccompRule, Error> {
        Ok(SeccompRule::new(all)?)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::{ErrorKind, Read, Write};
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::UnixStream;
    use std::process::Command;

    use rustix::process::Pid;

    /// What somebody who took the process over would try; the limits do not hold here, so only the filter refuses.
    fn attempts(
        port: u16,
        parent: Pid,
        mut open: impl Read + Write,
    ) -> Vec<(&'static str, io::Result<()>)> {
        vec![
            ("reads a file", File::open("/proc/self/status").map(drop)),
            ("reads a folder", std::fs::read_dir("/").map(drop)),
            (
                "looks for a file",
                std::fs::metadata("/etc/passwd").map(drop),
            ),
            (
                "connects",
                TcpStream::connect(("127.0.0.1", port)).map(drop),
            ),
            ("listens", TcpListener::bind("127.0.0.1:0").map(drop)),
            ("sends", UdpSocket::bind("127.0.0.1:0").map(drop)),
            ("pairs sockets", UnixStream::pair().map(drop)),
            (
                "starts a program",
                Command::new("/bin/true").status().map(drop),
            ),
            (
                "signals its parent",
                rustix::process::test_kill_process(parent).map_err(io::Error::from),
            ),
            ("writes to what is open", open.write_all(b"x")),
            ("reads what is open", open.read_exact(&mut [0])),
        ]
    }

    #[test]
    fn sealed_it_opens_no_file_and_no_socket_starts_nothing_and_still_computes() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let parent = rustix::process::getppid().unwrap();
        let open = tempfile::tempfile().unwrap();
        open.set_len(100).unwrap();
        // Each of them works before, so what fails afterwards fails by the filter, which is this thread's alone.
        for (what, attempt) in attempts(port, parent, &open) {
            attempt.unwrap_or_else(|error| panic!("unsealed, {what}: {error}"));
        }
        let sealed = std::thread::spawn(move || {
            seal().unwrap();
            let attempts = attempts(port, parent, &open).into_iter();
            let refused: Vec<_> = attempts
                .map(|(what, attempt)| (what, attempt.map_err(|error| error.kind())))
                .collect();
            // Memory of all sizes.
            let sum: usize = (0..64).map(|n| vec![1_u8; n << 16].len()).sum();
            (refused, sum)
        });
        let (refused, sum) = sealed.join().unwrap();
        for (what, attempt) in refused {
            assert_eq!(attempt, Err(ErrorKind::PermissionDenied), "sealed, {what}");
        }
        assert_eq!(sum, (0..64).map(|n| n << 16).sum::<usize>());
    }
}
