//! Rebuilds when the web client's bundle changes, as it is embedded in the binary.

fn main() {
    println!("cargo::rerun-if-changed=web/dist");
    println!("cargo::rerun-if-changed=migrations");
}
