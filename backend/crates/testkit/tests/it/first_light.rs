//! The first story of all, from sign-up to an app that is shown the door and a restart that nobody notices.

use std::time::Duration;

use serde_json::json;
use testkit::pictures::{CAMERA_MARK, GPS_LATITUDE, GPS_LONGITUDE, GPS_MARK, camera_jpeg};
use testkit::{App, Browser, Caller, Granted, Layout, Person, Tapri, Wire, within};

/// Whether `needle` stands anywhere in `haystack`.
fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Posts the photograph as a person would: uploads it, describes it, gives it title and caption.
pub async fn shares_midnight_chai(asha: &Caller) -> String {
    let media = asha.upload_ready(camera_jpeg(640, 480), Some("Steam over a glass of chai")).await;
    let post = json!({"title": "Midnight Chai", "caption": "Kettle on at one", "media_ids": [media["media_id"]]});
    asha.post_with(&post).await.expect(201).text_of("post_id")
}

#[tokio::test(flavor = "multi_thread")]
async fn asha_shares_a_photo_and_bilal_sees_likes_and_answers_it() {
    photo_story(Tapri::start().await.visitor()).await;
}

/// Steps one and two: a photograph, a follower, a like, a comment.
pub async fn photo_story(wire: &Wire) {
    let asha = Person::sign_up(wire, "asha").await;
    let post_id = shares_midnight_chai(&asha).await;

    assert_eq!(asha.home_titles().await, ["Midnight Chai"]);
    let grid = wire.get("/api/v1/users/asha/posts").await.expect(200).items();
    assert_eq!(grid[0]["post_id"], post_id.as_str());

    let bilal = Person::sign_up(wire, "bilal").await;
    assert!(bilal.home_titles().await.is_empty());
    bilal.follow("asha").await.expect(200);
    assert_eq!(bilal.home_titles().await, ["Midnight Chai"]);
    bilal.like(&post_id).await.expect(200);
    bilal.comment(&post_id, "Save me a glass").await.expect(201);

    let seen = asha.read(&post_id).await.expect(200).data();
    assert_eq!(seen["title"], "Midnight Chai");
    assert_eq!(seen["caption"], "Kettle on at one");
    assert_eq!(seen["author"]["username"], "asha");
    assert_eq!(seen["media"][0]["alt"], "Steam over a glass of chai");
    assert_eq!(seen["counts"]["likes"], 1);
    assert_eq!(seen["counts"]["comments"], 1);
    let comments = asha.get(&format!("/api/v1/posts/{post_id}/comments")).await.expect(200).items();
    assert_eq!(comments[0]["text"], "Save me a glass");
    assert_eq!(comments[0]["author"]["username"], "bilal");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_where_a_photo_was_taken_leaves_the_server() {
    privacy_story(Tapri::start().await.visitor()).await;
}

/// Step one again, from the side of whoever would like to know where Asha lives.
pub async fn privacy_story(wire: &Wire) {
    let asha = Person::sign_up(wire, "asha.at.home").await;
    let original = camera_jpeg(640, 480);
    let marks: [&[u8]; 4] = [GPS_MARK, CAMERA_MARK, &GPS_LATITUDE, &GPS_LONGITUDE];
    assert!(marks.iter().all(|mark| contains(&original, mark)));

    let uploaded = asha.upload(original, None).await.expect(201);
    let media = asha.upload_ready(camera_jpeg(640, 480), None).await;
    asha.post_with(&json!({"media_ids": [media["media_id"]]})).await.expect(201);

    // Orientation 6: what the sensor saw as 640 × 480 is shown as 480 × 640.
    assert_eq!((&media["width"], &media["height"]), (&json!(480), &json!(640)));
    let variants = media["variants"].as_array().expect("a ready picture has variants").clone();
    assert!(!variants.is_empty());
    let mut answers = vec![uploaded.text().into_bytes()];
    for variant in &variants {
        let picture = wire.get(variant["url"].as_str().expect("a URL")).await.expect(200);
        assert_eq!(picture.header("content-type"), "image/webp");
        answers.push(picture.body().to_vec());
    }
    for answer in answers {
        assert!(!marks.iter().any(|mark| contains(&answer, mark)));
        assert!(!contains(&answer, b"Exif") && !contains(&answer, b"EXIF"));
    }
}

/// Asha's app, given to Bilal with only some of what it asks for.
pub async fn bilal_lets_the_printer_in(asha: &Person, bilal: &Person, browser: &Browser) -> (App, Granted) {
    let printer = asha.registers("Chai Printer").await;
    let flow = printer.asks("openid profile posts:read posts:write likes:write offline_access");
    let request = browser.reaches_consent(&flow).await;

    let page = browser.reads_consent(&request).await.expect(200).data();
    assert_eq!(page["client"]["client_name"], "Chai Printer");
    assert_eq!(page["user"]["user_id"], bilal.user_id.as_str());
    assert_eq!(page["redirect_host"], "printer.example");
    let scopes = page["scopes"].as_array().expect("scopes").clone();
    assert!(scopes.iter().any(|scope| scope["scope"] == "posts:write"));
    for scope in &scopes {
        let words = [&scope["title"], &scope["detail"]].map(|words| words.as_str().unwrap_or_default().to_owned());
        assert!(words.iter().all(|words| !words.is_empty() && !words.contains(':')), "no plain words: {scope}");
    }

    let allowed = ["profile", "posts:read", "posts:write", "offline_access"];
    let back = browser.decides(&request, "allow", &allowed).await.expect(200).text_of("redirect_to");
    let back = url::Url::parse(&back).expect("a URL");
    assert!(back.as_str().starts_with("https://printer.example/callback?"), "{back}");
    assert_eq!(testkit::param(&back, "state"), Some(flow.state.clone()));
    let code = testkit::param(&back, "code").expect("a code");
    let granted = printer.granted(&printer.redeems(&flow, &code).await.expect(200));
    (printer, granted)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_may_do_what_bilal_allowed_and_nothing_more_until_he_withdraws_it() {
    app_story(Tapri::start().await.visitor()).await;
}

/// Steps three and four: an app, a consent to some of what it asks, and its end.
pub async fn app_story(wire: &Wire) {
    let (asha, bilal) = (Person::sign_up(wire, "asha.dev").await, Person::sign_up(wire, "bilal.user").await);
    let post_id = asha.post("Midnight Chai").await;
    let (printer, granted) = bilal_lets_the_printer_in(&asha, &bilal, &bilal.browser().await).await;
    let app = &granted.caller;

    app.read(&post_id).await.expect(200);
    let posted = app.post_with(&json!({"title": "Printed for Bilal"})).await.expect(201).data();
    assert_eq!(posted["author"]["username"], "bilal.user");
    let refused = app.like(&post_id).await.refused(403, "insufficient_scope");
    assert!(refused.header("www-authenticate").contains("insufficient_scope"));
    assert!(refused.header("www-authenticate").contains("likes:write"));
    app.me().await.refused(403, "insufficient_scope");

    let apps = bilal.authorized_apps().await.expect(200).items();
    assert_eq!(apps.len(), 1);
    assert_eq!(apps[0]["client_id"], printer.client_id.as_str());
    assert_eq!(apps[0]["client_name"], "Chai Printer");
    let scopes: Vec<&str> =
        apps[0]["scopes"].as_array().expect("scopes").iter().filter_map(|scope| scope["scope"].as_str()).collect();
    assert!(scopes.contains(&"posts:write") && !scopes.contains(&"likes:write"), "{scopes:?}");
    assert!(apps[0]["last_used"].is_string(), "{}", apps[0]);

    bilal.withdraws(&printer).await.expect(200);
    let (_, took) = within(Duration::from_secs(1), "the app's token is refused", || async {
        (app.read(&post_id).await.status() == 401).then_some(())
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    app.read(&post_id).await.refused(401, "token_revoked");
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    assert!(bilal.authorized_apps().await.expect(200).items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_engine_tells_the_same_story() {
    let tapri = Tapri::plan().layout(Layout::Memory).start().await;
    photo_story(tapri.visitor()).await;
    app_story(tapri.visitor()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_everything_is_there_and_everyone_is_still_signed_in() {
    let mut tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let browser = bilal.browser().await;
    let post_id = shares_midnight_chai(&asha).await;
    bilal.follow("asha").await.expect(200);
    bilal.like(&post_id).await.expect(200);
    let (printer, granted) = bilal_lets_the_printer_in(&asha, &bilal, &browser).await;
    let before = bilal.read(&post_id).await.expect(200).data();

    tapri.restart().await;

    assert_eq!(bilal.read(&post_id).await.expect(200).data(), before);
    assert_eq!(bilal.home_titles().await, ["Midnight Chai"]);
    asha.me().await.expect(200);
    asha.refresh().await.expect(200);
    browser.refreshes().await.expect(200);
    granted.caller.read(&post_id).await.expect(200);
    printer.refreshes(&granted.refresh_token).await.expect(200);
    bilal.sign_in_again().await.me().await.expect(200);
}
