//! Keys that change while everybody works.

use std::collections::BTreeSet;
use std::time::Duration;

use testkit::jwt::Jwt;
use testkit::{Tapri, within};

/// The key that a token names.
fn kid(token: &str) -> String {
    Jwt::read(token).header["kid"].as_str().expect("its key is named").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn row_56_keys_that_change_under_load_refuse_no_valid_token() {
    let mut tapri = Tapri::start().await;
    let (other_resource, other_auth) = (tapri.another_resource().await, tapri.another_auth_and_resource().await);
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let mut granted = printer.connects(&browser, "openid profile:read", &["profile:read"]).await;
    let first = kid(&asha.token());
    let mut signers = BTreeSet::new();
    let mut published = tapri.rotate_keys().await;
    // Three rotations, an hour of steps: who refreshes before the end of each token is never refused, on no replica.
    for step in 0..150 {
        tapri.advance(Duration::from_secs(30));
        let (token, apps_token) = (asha.token(), granted.access_token.clone());
        let calls = [tapri.visitor().clone(), other_resource.clone(), other_auth.clone()].map(|wire| {
            let (own, given) = (wire.get("/api/v1/me").bearer(&token), wire.get("/api/v1/me").bearer(&apps_token));
            async move { [own.await.status(), given.await.status()] }
        });
        let [here, there, elsewhere] = calls;
        let statuses = tokio::join!(here, there, elsewhere);
        assert_eq!(statuses, ([200; 2], [200; 2], [200; 2]), "step {step}");
        signers.insert(kid(&token));
        if step % 15 == 14 {
            asha.refresh().await;
            browser.refreshes().await.expect(200);
            granted = printer.granted(&printer.refreshes(&granted.refresh_token).await.expect(200));
        }
        if step % 60 == 59 {
            published = tapri.rotate_keys().await;
        }
    }
    assert!(signers.len() >= 3, "{signers:?}");
    assert!(signers.iter().all(|kid| published.iter().any(|key| key.kid == *kid) || *kid == first));

    // A retired key is not believed, even where somebody has it and signs with it.
    let known: BTreeSet<String> = tapri.access_keys().await.into_iter().map(|key| key.kid).collect();
    assert!(!known.contains(&first), "{known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_56_what_a_retired_key_signs_is_worthless() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let key = tapri.access_keys().await.remove(0);
    let stolen = |token: &str, now: i64| {
        let forged = Jwt::read(token).header("kid", key.kid.as_str());
        forged.claim("iat", now).claim("exp", now + 600).signed(&key.secret)
    };
    let now = || store::Clock::now(tapri.clock()).as_seconds();
    tapri.visitor().get("/api/v1/me").bearer(&stolen(&asha.token(), now())).await.expect(200);
    tapri.rotate_keys().await;
    // Published ten minutes before it signs; believed as long as the last token lives, and two minutes for the clocks.
    tapri.advance(Duration::from_secs(600 + 600 + 119));
    asha.refresh().await;
    asha.me().await.expect(200);
    let last = stolen(&asha.token(), now());
    tapri.visitor().get("/api/v1/me").bearer(&last).await.expect(200);
    tapri.advance(Duration::from_secs(1));
    for forged in [last, stolen(&asha.token(), now())] {
        tapri.visitor().get("/api/v1/me").bearer(&forged).await.refused(401, "token_invalid");
    }
    asha.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_56_a_clock_that_is_a_minute_off_changes_nothing() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let key = tapri.access_keys().await.remove(0);
    let now = store::Clock::now(tapri.clock()).as_seconds();
    let signed_at = |iat: i64| Jwt::read(&asha.token()).claim("iat", iat).claim("exp", iat + 600).signed(&key.secret);
    for (iat, status) in [(now + 60, 200), (now + 61, 401), (now - 60, 200), (now - 599, 200), (now - 600, 401)] {
        let reply = tapri.visitor().get("/api/v1/me").bearer(&signed_at(iat)).await;
        assert_eq!(reply.status(), status, "{}", iat - now);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_56_what_a_stolen_key_signs_is_refused_everywhere_within_a_second_of_giving_it_up() {
    let mut tapri = Tapri::start().await;
    let replicas = [
        tapri.visitor().clone(),
        tapri.another_resource().await,
        tapri.another_resource().await,
        tapri.another_auth_and_resource().await,
    ];
    let asha = tapri.sign_up("asha").await;
    let key = tapri.access_keys().await.remove(0);
    let now = store::Clock::now(tapri.clock()).as_seconds();
    // A thief signs anew whatever he likes; nobody has ever seen these.
    let forged = |number: i64| {
        let own = Jwt::read(&asha.token());
        own.claim("iat", now - 1).claim("exp", now + 598).claim("jti", format!("forged-{number}")).signed(&key.secret)
    };
    for wire in &replicas {
        wire.get("/api/v1/me").bearer(&forged(0)).await.expect(200);
    }
    let keys = tapri.retire_key(&key.kid).await;
    for (number, wire) in (1..).zip(&replicas) {
        let (_, took) = within(Duration::from_secs(1), "the stolen key is worthless", || async {
            let seen = wire.get("/api/v1/me").bearer(&forged(0)).await.status();
            let fresh = wire.get("/api/v1/me").bearer(&forged(number)).await.status();
            ((seen, fresh) == (401, 401)).then_some(())
        })
        .await;
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    // Nobody is signed out: the next tokens are signed by another key, which every replica knows.
    asha.refresh().await;
    assert_ne!(kid(&asha.token()), key.kid);
    assert!(keys.iter().any(|next| next.kid == kid(&asha.token())));
    for wire in &replicas {
        asha.at(wire).me().await.expect(200);
        wire.get("/api/v1/me").bearer(&forged(9)).await.refused(401, "token_invalid");
    }
    // Also a replica that starts later, and when the keys are fetched again.
    let late = tapri.another_auth_and_resource().await;
    late.get("/api/v1/me").bearer(&forged(10)).await.refused(401, "token_invalid");
    tapri.advance(Duration::from_secs(61));
    for wire in replicas.iter().chain([&late]) {
        wire.get("/api/v1/me").bearer(&forged(11)).await.refused(401, "token_invalid");
        asha.at(wire).me().await.expect(200);
    }
}
