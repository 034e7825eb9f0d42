//! One request on its way: add what it carries, then await it.

use std::future::IntoFuture;

use futures::future::BoxFuture;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use super::Reply;

/// A request that is sent when it is awaited. It panics where no answer comes at all.
#[derive(Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Call {
    builder: reqwest::RequestBuilder,
    line: String,
}

impl Call {
    pub(super) fn new(builder: reqwest::RequestBuilder, line: String) -> Self {
        Self { builder, line }
    }

    fn map(self, change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Self {
        Self { builder: change(self.builder), line: self.line }
    }

    /// With a header; the same name twice is two headers.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.map(|builder| builder.header(name, value))
    }

    /// With `Authorization: Bearer`.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With HTTP Basic, both parts form-encoded as RFC 6749 section 2.3.1 wants it.
    pub fn basic(self, client_id: &str, secret: &str) -> Self {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        self.map(|builder| builder.basic_auth(encode(client_id), Some(encode(secret))))
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.map(|builder| builder.json(body))
    }

    /// With a form as body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.map(|builder| builder.form(fields))
    }

    /// With these parameters in the address.
    pub fn query(self, fields: &[(&str, &str)]) -> Self {
        self.map(|builder| builder.query(fields))
    }

    /// With a body of any kind.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        self.map(|builder| builder.header("content-type", content_type).body(body))
    }

    /// With an upload: `file` under the name `file`, and `alt` where given.
    pub fn upload(self, file: Vec<u8>, file_name: &str, alt: Option<&str>) -> Self {
        let part = Part::bytes(file).file_name(file_name.to_owned());
        let mut form = Form::new().part("file", part);
        if let Some(alt) = alt {
            form = form.text("alt", alt.to_owned());
        }
        self.map(|builder| builder.multipart(form))
    }
}

impl Call {
    /// Sends it where the server may be gone.
    ///
    /// # Errors
    /// Why no whole answer came.
    pub async fn attempt(self) -> Result<Reply, reqwest::Error> {
        let response = self.builder.send().await?;
        Reply::read(self.line, response).await
    }
}

impl IntoFuture for Call {
    type Output = Reply;
    type IntoFuture = BoxFuture<'static, Reply>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let line = self.line.clone();
            match self.attempt().await {
                Ok(reply) => reply,
                Err(error) => panic!("{line} got no answer: {error:?}"),
            }
        })
    }
}
