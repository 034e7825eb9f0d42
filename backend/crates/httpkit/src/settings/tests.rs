use std::path::PathBuf;
use std::time::Duration;

use super::*;

fn with_file(text: &str) -> Result<Settings, String> {
    Settings::from_layers(Some((PathBuf::from("my.toml"), text.to_owned())), []).map_err(|error| error.to_string())
}

fn with_variable(name: &str, value: &str) -> Result<Settings, String> {
    Settings::from_layers(None, [(name.to_owned(), value.to_owned())]).map_err(|error| error.to_string())
}

#[test]
fn the_defaults_are_what_the_documents_say() {
    let settings = Settings::defaults();
    assert_eq!(settings.origin_text(), "http://localhost:3000");
    assert_eq!(settings.gateway.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.resource.listen.to_string(), "127.0.0.1:5000");
    assert_eq!(settings.auth.listen.to_string(), "127.0.0.1:5001");
    assert_eq!(settings.auth_url().as_str(), "http://127.0.0.1:5001/");
    assert!(settings.store.uri.is_none() && settings.auth_store_uri().is_none());
    assert!(settings.limits.enabled && settings.public_reading && !settings.is_https());
    assert_eq!(settings.passwords.bcrypt_cost, 12);
    assert!(settings.passwords.threads > 0);
    assert_eq!(settings.media.max_bytes, 30_000_000);
    assert_eq!(settings.http.body_limit, 64_000);
    assert_eq!(settings.tokens.access, Duration::from_secs(600));
}

#[test]
fn a_store_suits_its_memory_to_the_machine_unless_it_is_told() {
    assert_eq!(Settings::defaults().store.cache, None);
    assert_eq!(with_variable("TAPRI_STORE__CACHE", "64 MB").unwrap().store.cache, Some(64_000_000));
    let refusal = with_variable("TAPRI_STORE__CACHE", "much").unwrap_err();
    assert!(refusal.contains("neither \"auto\" nor a size"), "{refusal}");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "origin = \"https://a.example\"\n[paging]\nmax = 50\n[tokens]\naccess = \"5 min\"\n";
    let environment = [
        ("TAPRI_ORIGIN", "https://b.example"),
        ("TAPRI_AUTH__STORE__URI", "mongodb://localhost:27017/tapri"),
        ("TAPRI_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
        ("TAPRI_MEDIA__SIZES", "100,200"),
        ("TAPRI_LIMITS__ENABLED", "false"),
        ("TAPRI_TEST_MONGODB_URI", "not ours"),
        ("PATH", "/bin"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings =
        Settings::from_layers(Some((PathBuf::from("my.toml"), file.to_owned())), environment).expect("valid");
    assert_eq!(settings.origin_text(), "https://b.example");
    assert!(settings.is_https());
    assert_eq!(settings.paging.max, 50);
    assert_eq!(settings.tokens.access, Duration::from_secs(300));
    assert_eq!(settings.auth_store_uri().map(Secret::expose), Some("mongodb://localhost:27017/tapri"));
    assert!(settings.trusts("10.1.2.3".parse().expect("an address")));
    assert!(!settings.trusts("192.168.0.1".parse().expect("an address")));
    assert_eq!(settings.media.sizes, [100, 200]);
    assert!(!settings.limits.enabled);
}

#[test]
fn an_unknown_key_is_named_with_the_place_that_sets_it() {
    let lists = "`tapri config` lists all there are";
    let cases = [
        (with_file("[gatway]\nlisten = \"x\""), format!("there is no setting `gatway`, but my.toml sets it; {lists}")),
        (with_file("[gateway]\nport = 1"), format!("there is no setting `gateway.port`, but my.toml sets it; {lists}")),
        (
            with_variable("TAPRI_GATEWAY__PORT", "1"),
            format!("there is no setting `gateway.port`, but the environment (TAPRI_GATEWAY__PORT) sets it; {lists}"),
        ),
        (
            with_variable("TAPRI_GATEWAY", "1"),
            format!("there is no setting `gateway`, but the environment (TAPRI_GATEWAY) sets it; {lists}"),
        ),
        (
            with_variable("TAPRI_REDDIS__URI", "1"),
            format!("there is no setting `reddis.uri`, but the environment (TAPRI_REDDIS__URI) sets it; {lists}"),
        ),
    ];
    for (result, words) in cases {
        assert_eq!(result.expect_err("an unknown key"), words);
    }
}

#[test]
fn a_value_that_does_not_fit_is_named_with_what_is_expected() {
    let cases = [
        (with_file("[paging]\nmax = \"many\""), "the setting `paging.max` in my.toml should be a whole number"),
        (with_file("gateway = 3000"), "the setting `gateway` in my.toml should be a section"),
        (
            with_variable("TAPRI_LIMITS__ENABLED", "yes"),
            "the setting `limits.enabled` in the environment (TAPRI_LIMITS__ENABLED) should be true or false",
        ),
        (
            with_variable("TAPRI_GATEWAY__LISTEN", "3000"),
            "the setting `gateway.listen` in the environment (TAPRI_GATEWAY__LISTEN) does not fit: \"3000\" is not an address with \
             a port such as \"127.0.0.1:3000\" or \"0.0.0.0:3000\"",
        ),
        (
            with_file("[tokens]\naccess = \"10 minutes\""),
            "the setting `tokens.access` in my.toml does not fit: \"10 minutes\" is not a time such as \"250 ms\", \"30 s\", \
             \"10 min\", \"2 h\" or \"90 d\"",
        ),
        (
            with_file("origin = \"https://a.example/tapri\""),
            "the setting `origin` in my.toml does not fit: \"https://a.example/tapri\" is not an address such as \
             \"https://example.org\" or \"http://localhost:3000\", without a path",
        ),
        (
            with_file("[auth]\nurl = \"https://auth.example\""),
            "the setting `auth.url` in my.toml does not fit: \"https://auth.example\" is not an address such as \
             \"http://10.0.0.7:5001\", without a path",
        ),
        (
            with_file("trusted_proxies = [\"localhost\"]"),
            "the setting `trusted_proxies` in my.toml does not fit: \"localhost\" is not an address or a network such as \
             \"127.0.0.1\" or \"10.0.0.0/8\"",
        ),
        (
            with_file("[passwords]\nbcrypt_cost = 40"),
            "the setting `passwords.bcrypt_cost` in my.toml does not fit: 40 is not a cost from 4 to 16",
        ),
        (with_file("[paging]\ndefault = 200"), "`paging.default` should be at least 1 and at most `paging.max`"),
    ];
    for (result, words) in cases {
        assert_eq!(result.expect_err("a value that does not fit"), words);
    }
}

#[test]
fn an_error_about_a_secret_does_not_show_it() {
    let words = with_variable("TAPRI_SERVICE__CREDENTIAL", "too-short").expect_err("a short credential");
    assert!(words.contains("`service.credential`") && !words.contains("too-short"), "{words}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    let words = with_file("origin = \"http://localhost:3000\"\nthis is not toml\n").expect_err("broken TOML");
    assert!(words.starts_with("the settings file my.toml is not valid TOML at line 2: "), "{words}");
    let missing = Settings::load(Some("/nonexistent/tapri.toml".as_ref())).expect_err("no such file").to_string();
    assert!(missing.starts_with("the settings file /nonexistent/tapri.toml cannot be read: "), "{missing}");
}

#[test]
fn a_server_that_listens_everywhere_is_found_on_the_loopback() {
    assert_eq!(listening_url("0.0.0.0:5001".parse().expect("an address")).as_str(), "http://127.0.0.1:5001/");
    assert_eq!(listening_url("[::]:5001".parse().expect("an address")).as_str(), "http://[::1]:5001/");
    assert_eq!(listening_url("10.0.0.7:80".parse().expect("an address")).as_str(), "http://10.0.0.7/");
}

#[test]
fn a_scheme_of_an_app_is_one_and_no_browsers() {
    let with = |list: &str| with_variable("TAPRI_AUTH__APP_SCHEMES", list);
    assert_eq!(with("editor, my-app+x").unwrap().auth.app_schemes, ["editor", "my-app+x"]);
    assert!(with("").unwrap().auth.app_schemes.is_empty());
    for scheme in ["javascript", "data", "file", "https", "http", "intent", "blob", "view-source"] {
        let words = with(scheme).unwrap_err();
        assert!(words.contains("`auth.app_schemes`") && words.contains("installed app"), "{words}");
    }
    for scheme in ["VSCode", "1password", "a b", "a:", "ä"] {
        assert!(with(scheme).unwrap_err().contains("is not a scheme"), "{scheme}");
    }
}
