//! For tests: pictures to send, and sending them.

use axum::body::Body;
use axum::extract::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};

pub(crate) use super::picture::tests::{SECRET_PLACE, bomb, camera_photo, jpeg};
use crate::testing::{Answer, World};

const BOUNDARY: &str = "----tapri";

/// A form of these fields: name, file name (none: a text), bytes.
pub(crate) fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, file, bytes) in fields {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: image/jpeg")).unwrap_or_default();
        form.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        form.extend(*bytes);
        form.extend(b"\r\n");
    }
    form.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// Sends a form to `POST /media`, with these further headers.
pub(crate) async fn send_form(world: &World, token: &str, form: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/api/v1/media")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Body::from(form)).unwrap()).await
}

/// Uploads a small photo and returns its id.
pub(crate) async fn upload(world: &World, token: &str) -> String {
    let answer = send_form(world, token, form(&[("file", Some("a.jpg"), &jpeg(40, 30))]), &[]).await;
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    answer.data()["media_id"].as_str().unwrap().to_owned()
}
