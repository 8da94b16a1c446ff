//! Runs the real `maru doctor` in a folder and an environment of its own.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The program under test, in an empty folder and environment with these settings.
pub(crate) fn maru(folder: &TempDir, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maru"));
    command
        .current_dir(folder.path())
        .env_clear()
        .envs(settings.iter().copied());
    command
}

/// What `maru doctor --json` answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) json: Value,
    pub(crate) whole: String,
}

/// Examines what these settings name.
pub(crate) fn doctor(settings: &[(&str, &str)]) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let output = maru(&folder, settings)
        .args(["doctor", "--json"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    Answer {
        code: output.status.code(),
        json: serde_json::from_str(&said)
            .unwrap_or_else(|error| panic!("{error} in {said:?} ({complained})")),
        whole: said + &complained,
    }
}

impl Answer {
    /// What was found at one backend.
    pub(crate) fn of(&self, name: &str) -> &Value {
        let backends = self.json["backends"].as_array().unwrap();
        let found = backends.iter().find(|backend| backend["name"] == name);
        found.unwrap_or_else(|| panic!("{name} was not examined: {}", self.whole))
    }

    /// Everything wrong with one backend, in one text.
    pub(crate) fn faults(&self, name: &str) -> String {
        self.of(name)["faults"].to_string()
    }
}
