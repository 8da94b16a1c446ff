//! Real services for the tests of adapters: `script/services` starts them and names them in MARU_TEST_* variables.

use std::io::Write;

/// Where a service is; none when it was not started, which is said out loud. Where `script/test-backends` runs the tests
/// (it names the folder of the services) and CI=true it is a failure.
pub(crate) fn address(service: &str) -> Option<String> {
    let variable = format!("MARU_TEST_{service}");
    let address = set(&variable);
    if address.is_none() {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        let is_asked_for =
            set("MARU_TEST_SERVICES").is_some() && set("CI").as_deref() == Some("true");
        assert!(!is_asked_for, "{test} needs {variable}");
        // Straight to where nothing captures it: a test that was not run must not look like one that was.
        let said = format!("NOT RUN: {test} needs {variable}; see script/test-backends\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    address
}

/// Where a service is that tests can do without, as something stands in for it; none when it was not started, which is
/// said out loud.
#[cfg(feature = "kafka")]
pub(crate) fn optional(service: &str) -> Option<String> {
    let variable = format!("MARU_TEST_{service}");
    let address = set(&variable);
    if address.is_none() {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        let said = format!("SKIPPED: {test} needs {variable}; see script/test-backends\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    address
}

/// Whether the tests may take long: `script/test --long`.
#[cfg(feature = "postgres")]
pub(crate) fn is_long() -> bool {
    set("MARU_TEST_LONG").is_some()
}

#[allow(clippy::disallowed_methods, reason = "no setting of the server")]
fn set(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}
