//! What whoever runs the servers does by hand, on PostgreSQL: `maru migrate`, `maru keys` and `maru role`.

use crate::command::maru;

/// Runs the program with these arguments; its exit code, and all it said.
fn run(address: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("MARU_BACKEND_POSTGRES_URL", address)];
    let output = maru(&folder, &settings).args(arguments).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said + &complained)
}

fn done(address: &str, arguments: &[&str]) -> String {
    let (code, said) = run(address, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}

fn refused(address: &str, arguments: &[&str], why: &str) {
    let (code, said) = run(address, arguments);
    assert_eq!(code, Some(1), "{arguments:?}: {said}");
    assert!(said.contains(why), "{arguments:?}: {said}");
}

/// In the database of this address, which nobody has used yet.
pub(crate) fn by_hand(address: &str) {
    refused(address, &["keys", "list"], "maru migrate");
    assert!(done(address, &["migrate"]).contains("was of version 0 before"));
    assert!(done(address, &["migrate"]).contains("already"));
    assert_eq!(done(address, &["keys", "list"]), "");
    let first = done(address, &["keys", "rotate", "--now"]);
    let (first, _) = first.split_once(' ').unwrap();
    refused(address, &["keys", "revoke", first], "--replace");
    let revoked = done(address, &["keys", "revoke", first, "--replace"]);
    assert!(revoked.contains("is believed no more"), "{revoked}");
    let listed = done(address, &["keys", "list"]);
    assert!(
        listed.starts_with("current") && !listed.contains(first),
        "{listed}"
    );
    let why = "nobody has the handle nobody";
    refused(address, &["role", "nobody", "admin"], why);
    // Nobody is told how the store is reached.
    let (server, _) = address.rsplit_once('/').unwrap();
    let nowhere = format!(
        "{}/nowhere",
        server.replace("postgres@", "postgres:s3cret@")
    );
    let (code, said) = run(&nowhere, &["migrate"]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("cannot connect to PostgreSQL") && !said.contains("s3cret"),
        "{said}"
    );
}
