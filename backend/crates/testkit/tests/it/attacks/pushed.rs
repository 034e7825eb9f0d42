//! Pushed requests that are used again, or by another app.

use testkit::{Tapri, param};

use crate::oauth::pushed::{carried, pushed};

#[tokio::test(flavor = "multi_thread")]
async fn row_39_a_pushed_request_used_again_or_by_another_app() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let (printer, thief) = (asha.registers("Chai Printer").await, asha.registers("Thief").await);
    let flow = printer.asks("posts:read");
    let reply = pushed(&printer, &flow).await.expect(201);
    let carrier = carried(&printer, &reply);

    // Another app's, nobody's, another's address, or a bent one: a page, and nobody is sent anywhere.
    let request_uri = carrier.param("request_uri").to_owned();
    for bad in [
        carried(&thief, &reply),
        carrier.clone().without("client_id"),
        carrier.clone().with("client_id", "app_00000000000000000000000000"),
        carrier.clone().with("request_uri", &format!("{request_uri}x")),
        carrier.clone().with("request_uri", "urn:ietf:params:oauth:request_uri:x"),
        carried(&thief, &reply).and("redirect_uri", &thief.redirect_uri),
    ] {
        let page = browser.begins(&bad).await;
        assert_eq!((page.status(), page.header("location")), (400, ""), "{}: {page:?}", bad.path());
    }

    // A step of one kind is none of another: neither a pushed request nor what stands for a posted one.
    let sealed = request_uri.rsplit_once(':').expect("a urn").1.to_owned();
    browser.decides(&sealed, "allow", &["posts:read"]).await.refused(400, "request_invalid");
    printer.redeems(&flow, &sealed).await.oauth_error(400, "invalid_grant");
    let resumed = browser.comes_from_elsewhere(&format!("/oauth/authorize?pushed={sealed}")).await;
    assert_eq!((resumed.status(), resumed.header("location")), (400, ""), "{resumed:?}");
    let posted = tapri.visitor().post("/oauth/authorize").form(&printer.asks("posts:read").fields()).await.expect(303);
    let posted = param(&posted.location(), "pushed").expect("a sealed request");
    let uri = format!("urn:ietf:params:oauth:request_uri:{posted}");
    let page = browser.begins(&carrier.clone().with("request_uri", &uri)).await;
    assert_eq!((page.status(), page.header("location")), (400, ""), "{page:?}");

    // It is good once: two codes of it make one grant, and then it is over.
    let codes = [browser.allows(&carrier, &["posts:read"]).await, browser.allows(&carrier, &["posts:read"]).await];
    let [first, second] = codes.map(|back| param(&back, "code").expect("a code"));
    printer.redeems(&flow, &first).await.expect(200);
    printer.redeems(&flow, &second).await.oauth_error(400, "invalid_grant");
    let page = browser.begins(&carrier).await;
    assert_eq!((page.status(), page.header("location")), (409, ""), "{page:?}");
    assert_eq!(asha.authorized_apps().await.expect(200).items().len(), 1);
}
