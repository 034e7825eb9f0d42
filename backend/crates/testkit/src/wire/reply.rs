//! An answer, with what stories ask of it.

use std::fmt;

use http::HeaderMap;
use serde_json::Value;
use url::Url;

use super::Cookie;

/// An answer that was read to its end.
#[derive(Clone)]
pub struct Reply {
    line: String,
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    json: Value,
}

impl Reply {
    pub(super) async fn read(line: String, response: reqwest::Response) -> Result<Self, reqwest::Error> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await?.to_vec();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Self { line, status, headers, body, json })
    }

    /// Goes on where the status is `status`; panics with the whole answer where it is not.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Goes on where the answer is an error in the envelope with this status and reason.
    #[track_caller]
    pub fn refused(self, status: u16, reason: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(reply.reason(), reason, "{reply:?}");
        reply
    }

    /// Goes on where the answer is an OAuth error (RFC 6749 section 5.2) with this status and code.
    #[track_caller]
    pub fn oauth_error(self, status: u16, error: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(reply.json["error"], error, "{reply:?}");
        reply
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The envelope's `data`.
    pub fn data(&self) -> Value {
        self.json["data"].clone()
    }

    /// The text of `data`'s field `name`; panics where there is none.
    #[track_caller]
    pub fn text_of(&self, name: &str) -> String {
        match self.json["data"][name].as_str() {
            Some(text) => text.to_owned(),
            None => panic!("no text `{name}` in {self:?}"),
        }
    }

    /// The entries of a list.
    #[track_caller]
    pub fn items(&self) -> Vec<Value> {
        match self.json["data"]["items"].as_array() {
            Some(items) => items.clone(),
            None => panic!("no items in {self:?}"),
        }
    }

    /// The envelope's sentence.
    pub fn message(&self) -> &str {
        self.json["message"].as_str().unwrap_or_default()
    }

    /// An error's stable slug; empty where there is none.
    pub fn reason(&self) -> &str {
        self.json["details"]["reason"].as_str().unwrap_or_default()
    }

    /// An error's field at fault; empty where there is none.
    pub fn field(&self) -> &str {
        self.json["details"]["field"].as_str().unwrap_or_default()
    }

    /// A header; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// All headers of a name, in their order.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where a redirect leads; panics where the answer is none.
    #[track_caller]
    pub fn location(&self) -> Url {
        match Url::parse(self.header("location")) {
            Ok(url) => url,
            Err(_) => panic!("no absolute Location in {self:?}"),
        }
    }

    /// The cookies that it sets.
    pub fn cookies(&self) -> Vec<Cookie> {
        let values = self.headers.get_all("set-cookie").iter();
        values.filter_map(|value| Cookie::parse(value.to_str().ok()?)).collect()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} was answered with {}", self.line, self.status)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "  {name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        let body = String::from_utf8_lossy(&self.body);
        formatter.write_str(&body.chars().take(2000).collect::<String>())
    }
}
