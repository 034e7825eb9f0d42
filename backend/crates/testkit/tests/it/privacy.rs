//! The auth server knows an opaque id and nothing else of a person: after a whole story, every document of it is read.

use serde_json::json;
use testkit::{Server, Tapri, email_of, password_of};

#[tokio::test(flavor = "multi_thread")]
async fn the_auth_servers_store_holds_nothing_of_a_person() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    asha.patch("/api/v1/me", &json!({"display_name": "Asha Kettlewala", "bio": "Tea, mostly"})).await.expect(200);
    let bilal = tapri.sign_up("bilal").await;
    let browser = bilal.browser().await;
    let printer = asha.registers("Chai Printer").await;
    let asked = "openid profile email posts:read offline_access";
    let granted = printer.connects(&browser, asked, &["profile", "email", "posts:read", "offline_access"]).await;
    granted.caller.get("/oauth/userinfo").await.expect(200);
    printer.refreshes(&granted.refresh_token).await.expect(200);
    printer.revokes(&granted.access_token).await.expect(200);
    browser.denies(&printer.asks("likes:write").with("login_hint", &email_of("bilal"))).await;
    let changed = bilal.change_password(&password_of("bilal"), "two spoons of ginger").await.expect(200);
    bilal.keep(&changed);
    let frame = asha.registers_for_devices("Wall Frame").await;
    let (waiting, shown) = (frame.on_device("posts:read").await, frame.on_device("posts:read").await);
    bilal.lets_device_in(&shown, &["posts:read"]).await;
    bilal.withdraws(&printer).await.expect(200);
    tapri.run_jobs().await;
    tapri.tidy_auth().await;
    asha.log_out().await.expect(200);

    let documents = tapri.documents(Server::Auth).await;
    let mut collections: Vec<&str> = documents.iter().map(|document| document.collection).collect();
    collections.sort_unstable();
    collections.dedup();
    for expected in [
        "auth_clients",
        "auth_consents",
        "auth_device_codes",
        "auth_grants",
        "auth_keys",
        "auth_revocations",
        "auth_subjects",
    ] {
        assert!(collections.contains(&expected), "{expected} was part of the story: {collections:?}");
    }
    assert!(collections.iter().all(|name| name.starts_with("auth_")), "{collections:?}");

    let password_hash = "$2b$";
    let emails = [email_of("asha"), email_of("bilal")];
    let mut private: Vec<&str> = vec!["Kettlewala", "Tea, mostly", password_hash, "ginger", "without sugar", "@"];
    private.extend(["asha", "bilal"]);
    private.extend(emails.iter().map(String::as_str));
    for document in &documents {
        // Redirect URIs of the documentation's own client name the loopback; nothing else names where anybody came from.
        let address = (document.collection != "auth_clients").then_some("127.0.0.1");
        for secret in private.iter().copied().chain(address) {
            assert!(!document.text.contains(secret), "{secret:?} lies in {}: {}", document.collection, document.text);
        }
        for token in [&granted.access_token, &granted.refresh_token, &bilal.refresh_token(), &bilal.token()] {
            assert!(!document.text.contains(token.as_str()), "a token lies in {}", document.collection);
        }
        for device in [&waiting, &shown] {
            for code in [device.device_code(), device.user_code(), device.user_code().replace('-', "")] {
                assert!(!document.text.contains(&code), "a device's code lies in {}", document.collection);
            }
        }
        let client_secret = printer.secret.as_deref().expect("it is confidential");
        assert!(!document.text.contains(client_secret), "a client's secret lies in {}", document.collection);
    }
    assert!(documents.iter().any(|document| document.text.contains("Chai Printer")), "what is read is really there");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_server_keeps_to_its_own_collections() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    asha.post("Midnight Chai").await;
    asha.registers("Chai Printer").await;
    for (server, prefix) in [(Server::Auth, "auth_"), (Server::Resource, "resource_")] {
        let documents = tapri.documents(server).await;
        assert!(!documents.is_empty());
        for document in documents {
            assert!(document.collection.starts_with(prefix), "{} in the {prefix} store", document.collection);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_lie_as_bcrypt_and_tokens_do_not_lie_at_all() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let documents = tapri.documents(Server::Resource).await;
    let password = password_of("asha");
    assert!(documents.iter().any(|document| document.text.contains("$2b$04$")), "the cost that the kit sets");
    for document in documents {
        for secret in [password.as_str(), &asha.token(), &asha.refresh_token()] {
            assert!(!document.text.contains(secret), "it lies in {}", document.collection);
        }
    }
}
