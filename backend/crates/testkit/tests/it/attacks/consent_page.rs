//! What an app could smuggle onto the page on which people decide.

use http::Method;
use serde_json::{Value, json};
use testkit::pictures::jpeg;
use testkit::{App, Tapri};

const CALLBACK: &str = "https://printer.example/callback";

#[tokio::test(flavor = "multi_thread")]
async fn row_34_names_and_pictures_that_are_programs() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let name = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let metadata = json!({
        "client_name": name, "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "logo_uri": "https://printer.example/logo.svg",
    });
    let registered = tapri.visitor().post("/oauth/register").json(&metadata).await.expect(201);
    let app = App::by_itself(tapri.visitor(), registered.json(), CALLBACK);
    let request = browser.reaches_consent(&app.asks("posts:read")).await;
    let reply = browser.reads_consent(&request).await.expect(200);
    assert!(reply.header("content-type").starts_with("application/json"));
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    let client = reply.data()["client"].clone();
    assert_eq!((&client["client_name"], &client["logo_url"]), (&json!(name), &Value::Null), "no picture of elsewhere");
    // The auth server's own pages name the app too.
    browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
    let page =
        browser.bare(Method::GET, &app.asks("posts:read").with("redirect_uri", "https://evil.example/").path()).await;
    let text = String::from_utf8_lossy(page.body()).into_owned();
    assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{text}");
    assert!(page.header("content-security-policy").contains("default-src 'none'"), "{page:?}");

    // A drawing can hold a program, so none is taken.
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    assert!(asha.upload(svg.as_bytes().to_vec(), None).await.status() >= 400);
    for hidden in ["Tapri\u{202e}gnp.exe", "a\u{200b}b", "two\nlines", "", "x\u{0}"] {
        let body = json!({"client_name": hidden, "redirect_uris": [CALLBACK], "client_type": "public"});
        asha.send("/api/v1/apps", &body).await.expect(422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_34_a_picture_of_an_app_is_made_anew_and_harmless() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    // A picture that is a page too, for whoever guesses what it is.
    let mut bytes = jpeg(400, 400);
    bytes.extend(b"<html><script>alert(1)</script></html>");
    let photo = asha.upload_ready(bytes, None).await["media_id"].clone();
    let app = json!({
        "client_name": "Chai Printer", "client_type": "public", "redirect_uris": [CALLBACK], "logo_media_id": photo,
    });
    asha.send(
        "/api/v1/apps",
        &json!({"client_name": "X", "client_type": "public", "redirect_uris": [CALLBACK],
        "logo_media_id": "nonsense"}),
    )
    .await
    .refused(422, "media_not_found");
    bilal.send("/api/v1/apps", &app).await.refused(422, "media_not_found");
    let created = asha.send("/api/v1/apps", &app).await.expect(201);
    let (id, logo) = (created.text_of("client_id"), created.text_of("logo_url"));
    let printer = App::by_itself(tapri.visitor(), &created.data(), CALLBACK);
    let browser = bilal.browser().await;
    let request = browser.reaches_consent(&printer.asks("posts:read")).await;
    assert_eq!(browser.reads_consent(&request).await.expect(200).data()["client"]["logo_url"], json!(logo));
    let picture = tapri.visitor().get(logo.strip_prefix(&tapri.origin()).unwrap_or(&logo)).await.expect(200);
    assert_eq!((picture.header("content-type"), picture.header("x-content-type-options")), ("image/webp", "nosniff"));
    assert!(picture.header("content-security-policy").contains("sandbox"), "{picture:?}");
    assert!(!picture.body().windows(8).any(|bytes| bytes == b"<script>"));
    asha.delete(&format!("/api/v1/media/{}", photo.as_str().expect("an id"))).await.refused(409, "media_in_use");

    // Taken away, or gone with its app, it is gone.
    let changed = asha.patch(&format!("/api/v1/apps/{id}"), &json!({"logo_media_id": ""})).await.expect(200);
    assert_eq!(changed.data()["logo_url"], Value::Null);
    tapri.visitor().get(logo.strip_prefix(&tapri.origin()).unwrap_or(&logo)).await.expect(404);
}
