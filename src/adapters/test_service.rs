//! Real services for the tests of adapters: `script/services` starts them and names them in MARU_TEST_* variables.

use std::io::Write;

/// Where a service is; none when it was not started, which is said out loud, and is a failure where CI=true.
pub(crate) fn address(service: &str) -> Option<String> {
    let variable = format!("MARU_TEST_{service}");
    #[allow(clippy::disallowed_methods, reason = "no setting of the server")]
    let (address, ci) = (std::env::var(&variable).ok(), std::env::var("CI"));
    if address.is_none() {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        assert_ne!(ci.as_deref(), Ok("true"), "{test} needs {variable}");
        // Straight to where nothing captures it: a test that was not run must not look like one that was.
        let said = format!("NOT RUN: {test} needs {variable}; see script/test-backends\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    address
}
