//! The scripts that guard the others, asked as a person would.

#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn check_space(needed_gib: [&str; 2]) -> Output {
    Command::new("script/check-space")
        .args(needed_gib)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[test]
fn a_disk_that_is_too_small_is_told_at_once_and_what_to_do_about_it() {
    let enough = check_space(["0", "0"]);
    assert!(enough.status.success(), "{enough:?}");
    // More than a disk holds, to build and for temporary files.
    for (needed_gib, variable) in [
        (["900000", "0"], "CARGO_TARGET_DIR="),
        (["0", "900000"], "=FOLDER"),
    ] {
        let refused = check_space(needed_gib);
        let why = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{why}");
        for part in ["GiB free", "needs", variable, "script/test"] {
            assert!(why.contains(part), "{part}: {why}");
        }
    }
    let asked_wrongly = check_space(["much", "0"]);
    assert_eq!(asked_wrongly.status.code(), Some(2));
}

#[test]
fn the_cluster_says_what_it_takes_and_that_nothing_runs() {
    let nowhere = tempfile::tempdir().unwrap().path().join("nothing");
    let cluster = |arguments: &[&str]| {
        let mut command = Command::new("script/cluster");
        let command = command.args(arguments).arg("--data").arg(&nowhere);
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap()
    };
    for wrong in ["sideways", "--nodes"] {
        let refused = cluster(&[wrong]);
        let usage = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{usage}");
        assert!(usage.contains("script/cluster stop"), "{usage}");
    }
    let idle = cluster(&["status"]);
    assert_eq!(idle.status.code(), Some(1), "{idle:?}");
    let stopped = cluster(&["stop"]);
    assert_eq!(stopped.status.code(), Some(0), "{stopped:?}");
    assert!(!nowhere.exists(), "neither made anything");
}
