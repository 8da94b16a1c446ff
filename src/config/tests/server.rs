//! Whom the server believes about addresses.

use super::{Overrides, load, mistakes};

#[test]
fn trusted_proxies_are_networks_and_nobody_by_default() {
    let config = load("", &[], &Overrides::default()).unwrap();
    assert!(config.server.trusted_proxies.is_empty());
    let file = "[server]\ntrusted_proxies = '10.0.0.0/8, 2001:db8::1,'\n";
    let config = load(file, &[], &Overrides::default()).unwrap();
    let printed = config.print();
    assert!(
        printed.contains("trusted_proxies = \"10.0.0.0/8, 2001:db8::1/128\""),
        "{printed}"
    );
    for bad in ["10.0.0.1/8", "everybody", "10.0.0.0/8;::1"] {
        let told = mistakes("", &[("MARU_SERVER_TRUSTED_PROXIES", bad)]);
        assert!(told.contains(&format!("{bad:?} will not do")), "{told}");
    }
}
