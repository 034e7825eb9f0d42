//! Pictures: what becomes of them, and what is refused before memory is spent on it.

use serde_json::json;
use testkit::pictures::{camera_jpeg, jpeg, png, png_that_claims};
use testkit::{Call, Caller, Tapri};

fn uploads(who: &Caller, bytes: impl Into<Vec<u8>>) -> Call {
    who.upload(bytes.into(), None)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_kept_in_several_sizes_none_larger_than_it_was() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let media = asha.upload_ready(jpeg(1200, 900), Some("Steam")).await;
    assert_eq!((&media["width"], &media["height"], &media["alt"]), (&json!(1200), &json!(900), &json!("Steam")));
    assert!(media["thumbhash"].is_string());
    let variants = media["variants"].as_array().expect("variants").clone();
    assert!(variants.len() >= 2, "{variants:?}");
    for variant in &variants {
        assert_eq!(variant["type"], "image/webp");
        let (width, height) =
            (variant["width"].as_u64().expect("a width"), variant["height"].as_u64().expect("a height"));
        assert!(width <= 1200 && height <= 900, "{variant}");
        assert!((width * 3).abs_diff(height * 4) <= 4, "the shape stays: {variant}");
        let picture = tapri.visitor().get(variant["url"].as_str().expect("a URL")).await.expect(200);
        let decoded = image::load_from_memory(picture.body()).expect("a picture");
        assert_eq!((u64::from(decoded.width()), u64::from(decoded.height())), (width, height));
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn png_and_phones_that_were_held_upright_work_too() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    assert_eq!(asha.upload_ready(png(40, 30), None).await["width"], 40);
    let upright = asha.upload_ready(camera_jpeg(400, 300), None).await;
    assert_eq!((&upright["width"], &upright["height"]), (&json!(300), &json!(400)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_in_words() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let whole = jpeg(300, 200);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let cases: [(&str, Vec<u8>, u16, &str); 6] = [
        ("empty", Vec::new(), 415, "not_a_picture"),
        ("text", b"this is no picture at all".to_vec(), 415, "not_a_picture"),
        ("SVG", svg.to_vec(), 415, "not_a_picture"),
        ("cut in its header", whole[..20].to_vec(), 422, "picture_broken"),
        ("a broken PNG", png(30, 30)[..60].to_vec(), 422, "picture_broken"),
        ("HTML behind a JPEG's first bytes", [&whole[..3], &b"<html><script>"[..]].concat(), 422, "picture_broken"),
    ];
    for (what, bytes, status, reason) in cases {
        let reply = uploads(&asha, bytes).await;
        assert_eq!((reply.status(), reply.reason(), reply.field()), (status, reason, "file"), "{what}: {reply:?}");
    }
    let post = json!({"title": "x", "media_ids": ["0000000000000000000000000a"]});
    asha.post_with(&post).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_only_claims_to_be_enormous_costs_nothing() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for (width, height) in [(60_000, 60_000), (65_535, 1_000), (u32::MAX >> 1, u32::MAX >> 1)] {
        let reply = uploads(&asha, png_that_claims(width, height)).await;
        assert_eq!(reply.refused(422, "picture_too_many_pixels").field(), "file");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_too_large_is_refused_and_ordinary_bodies_stay_small() {
    let tapri = Tapri::plan().settings(|settings| settings.media.max_bytes = 200_000).start().await;
    let asha = tapri.sign_up("asha").await;
    let reply = uploads(&asha, vec![0xFF; 400_000]).await;
    assert_eq!(reply.status(), 413, "{reply:?}");
    assert_eq!(reply.json()["status"], "error");
    uploads(&asha, jpeg(200, 200)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_belongs_to_who_uploaded_it() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let media = asha.upload_ready(jpeg(64, 64), None).await;
    let path = format!("/api/v1/media/{}", media["media_id"].as_str().expect("an id"));
    let alt = json!({"alt": "A glass of chai"});
    for status in
        [bilal.get(&path).await.status(), bilal.patch(&path, &alt).await.status(), bilal.delete(&path).await.status()]
    {
        assert_eq!(status, 404);
    }
    bilal.post_with(&json!({"title": "Stolen", "media_ids": [media["media_id"]]})).await.expect(422);
    assert_eq!(asha.patch(&path, &alt).await.expect(200).data()["alt"], "A glass of chai");
    let too_long = json!({"alt": "x".repeat(1501)});
    assert_eq!(asha.patch(&path, &too_long).await.refused(422, "too_long").field(), "alt");
    asha.delete(&path).await.expect(200);
    asha.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_a_private_post_are_not_found_by_their_plain_address() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let media = asha.upload_ready(jpeg(64, 64), None).await;
    let body = json!({"title": "Mine", "visibility": "private", "media_ids": [media["media_id"]]});
    let post = asha.post_with(&body).await.expect(201).data();
    let url = post["media"][0]["variants"][0]["url"].as_str().expect("a URL").to_owned();
    tapri.visitor().get(&url).await.expect(200);
    // Any letter of what vouches for the address changed, it opens nothing.
    let path = url::Url::parse(&url).map_or(url.clone(), |url| url.path().to_owned());
    let segments: Vec<&str> = path.split('/').collect();
    for (position, segment) in segments.iter().enumerate().skip(2) {
        let mut changed: Vec<String> = segments.iter().map(|segment| (*segment).to_owned()).collect();
        let flipped = if segment.starts_with('a') { "b" } else { "a" };
        changed[position].replace_range(..1, flipped);
        let status = tapri.visitor().get(&changed.join("/")).await.status();
        assert_eq!(status, 404, "{position} of {path}");
    }
}
