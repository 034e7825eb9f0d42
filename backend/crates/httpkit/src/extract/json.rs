//! A JSON body. Broken JSON is 400; readable JSON of the wrong shape is 422 and names the field, so that an operator such
//! as `{"$gt": ""}` in place of a text ends there.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::{Error, Kind, Result};

/// A body of `application/json`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if !is_json(&request) {
            return Err(Error::new(Kind::UnsupportedMedia, "not_json", "Send JSON: Content-Type: application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        read(&bytes).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || (essence.len() > 5
            && essence.get(essence.len() - 5..).is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json")))
}

fn unread(rejection: &BytesRejection) -> Error {
    match rejection.status().as_u16() {
        413 => Error::new(Kind::TooLarge, "body_too_large", "The body is too large"),
        _ => Error::unreadable("body_unreadable", "The body did not arrive whole"),
    }
}

/// Reads `bytes` as `T`.
///
/// # Errors
/// 400 `json_broken`, or 422 with the field and one of `missing`, `unknown_field`, `wrong_type`.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // Every body of ours is an object; the reader would take a list for one too, field by field in our own order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(no_object(bytes));
    }
    // The plain reader first: the one that tracks the path is slower, and only its errors are better.
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| misread(&error))?;
    reader.end().map_err(|error| broken(&error))?;
    Ok(value)
}

fn misread(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    if !error.inner().is_data() {
        return broken(error.inner());
    }
    let words = error.inner().to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    // The reader names our types, which mean nothing to a caller.
    let words = match words.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => words.to_owned(),
    };
    let path = match error.path().to_string() {
        path if path == "." => String::new(),
        path => path,
    };
    let quoted = words.split('`').nth(1).unwrap_or_default();
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if words.starts_with("missing field") {
        return Error::invalid(inside(quoted), "missing", format!("{quoted} is missing"));
    }
    if words.starts_with("unknown field") {
        let field = if path.is_empty() { quoted.to_owned() } else { path };
        return Error::invalid(field, "unknown_field", format!("{quoted} is no field of this"));
    }
    if path.is_empty() {
        // Something about the body as a whole: no field is at fault.
        return Error::new(Kind::Invalid, "wrong_type", "The body has the wrong form").issue(words);
    }
    Error::invalid(path, "wrong_type", format!("This value has the wrong form: {words}"))
}

fn no_object(bytes: &[u8]) -> Error {
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(IgnoredAny) => {
            Error::new(Kind::Invalid, "wrong_type", "The body has the wrong form").issue("Send one JSON object: { … }")
        }
        Err(error) => broken(&error),
    }
}

fn broken(error: &serde_json::Error) -> Error {
    Error::unreadable("json_broken", "The body is not readable JSON").issue(format!(
        "Broken at line {}, column {}",
        error.line(),
        error.column()
    ))
}

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        crate::reply::json_response(http::StatusCode::OK, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only its reading is tried here")]
        login: String,
    }

    fn refusal(body: &str) -> (Kind, &'static str) {
        let error = read::<Body>(body.as_bytes()).expect_err("refused");
        (error.kind(), error.reason())
    }

    #[test]
    fn broken_is_400_and_misshapen_is_422() {
        assert_eq!(refusal("{"), (Kind::Unreadable, "json_broken"));
        assert_eq!(refusal("{} x"), (Kind::Invalid, "missing"));
        assert_eq!(refusal(r#"["asha"]"#), (Kind::Invalid, "wrong_type"));
        assert_eq!(refusal("null"), (Kind::Invalid, "wrong_type"));
        assert_eq!(refusal(""), (Kind::Unreadable, "json_broken"));
        assert_eq!(refusal(r#"{"login":{"$gt":""}}"#), (Kind::Invalid, "wrong_type"));
        assert_eq!(refusal(r#"{"login":"a","role":"admin"}"#), (Kind::Invalid, "unknown_field"));
        assert!(read::<Body>(br#"{"login":"asha"}"#).is_ok());
    }
}
