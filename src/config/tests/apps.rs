//! Native apps, as they are registered.

use super::{Overrides, load, mistakes};
use crate::domain::scope::Scopes;

#[test]
fn apps_are_configured_by_file_and_variables_with_addresses_of_their_own() {
    let file = "[auth.apps.phone]\nname = 'Phone'\nredirect_uris = 'com.example.phone:/callback'\n";
    let uris = "com.example.desk:/in, http://127.0.0.1/in";
    let variables = [("MARU_AUTH_APPS_MY_DESK_REDIRECT_URIS", uris)];
    let config = load(file, &variables, &Overrides::default()).unwrap();
    let apps = config.auth.apps.iter().map(|app| {
        let uris = app.redirect_uris.iter().map(ToString::to_string);
        (
            app.id.as_str(),
            app.name.as_str(),
            uris.collect::<Vec<_>>().join(", "),
        )
    });
    let expected = [
        ("my_desk", "my_desk", uris.to_owned()),
        ("phone", "Phone", "com.example.phone:/callback".to_owned()),
    ];
    assert_eq!(apps.collect::<Vec<_>>(), expected);
    let again = load(&config.print(), &[], &Overrides::default()).unwrap();
    assert_eq!(again.auth.apps, config.auth.apps);

    assert!(
        config
            .auth
            .apps
            .iter()
            .all(|app| app.scopes == Scopes::USUAL)
    );
    let variables = [("MARU_AUTH_APPS_PHONE_SCOPES", "read account")];
    let config = load(file, &variables, &Overrides::default()).unwrap();
    assert_eq!(config.auth.apps[0].scopes.to_string(), "read account");
    let again = load(&config.print(), &[], &Overrides::default()).unwrap();
    assert_eq!(again.auth.apps, config.auth.apps);
    for bad in ["", "everything", "read,write"] {
        let told = mistakes(file, &[("MARU_AUTH_APPS_PHONE_SCOPES", bad)]);
        assert!(told.contains("auth.apps.phone.scopes"), "{told}");
    }

    let incomplete = mistakes("[auth.apps.phone]\nname = 'Phone'\n", &[]);
    assert!(
        incomplete.contains("auth.apps.phone.redirect_uris (default): is missing"),
        "{incomplete}"
    );
    for bad in [
        "https://example.com/in",
        "phone:/in",
        "com.example.phone:/in,",
        "",
    ] {
        let file = format!("[auth.apps.phone]\nredirect_uris = '{bad}'\n");
        let told = mistakes(&file, &[]);
        assert!(told.contains("auth.apps.phone.redirect_uris"), "{told}");
    }
    let slip = mistakes(
        "[auth.apps.phone]\nredirect_uri = 'com.example.phone:/in'\n",
        &[],
    );
    assert!(slip.contains("redirect_uris"), "{slip}");
}
