//! Text messages by a gateway that is asked over HTTP: one `POST` whose header and body the operator writes as a template,
//! in which the common gateways differ.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::Full;
use httpkit::settings::Sms;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{TextMessage, Texter};
use crate::mail::SendError;

/// For the whole exchange; a job has less than a minute.
const PATIENCE: Duration = Duration::from_secs(30);

/// Hands messages to a gateway.
pub(crate) struct Gateway {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: Url,
    header: Option<(HeaderName, HeaderValue)>,
    template: Template,
}

impl Gateway {
    /// A gateway at `address`, asked as `settings` say. Nothing is connected yet.
    ///
    /// # Errors
    /// One sentence: a setting does not fit.
    pub fn new(address: Url, settings: &Sms) -> Result<Self, String> {
        let header = settings.header.as_ref().map(|header| {
            let (name, value) = header.expose().split_once(": ").ok_or("`sms.header` should be one header")?;
            let name = HeaderName::try_from(name).map_err(|_| "`sms.header` should begin with a header's name")?;
            let mut value = HeaderValue::try_from(value).map_err(|_| "`sms.header` should have a header's value")?;
            value.set_sensitive(true);
            Ok::<_, &str>((name, value))
        });
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(|error| format!("TLS is not to be had: {error}"))?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            http: Client::builder(TokioExecutor::new()).build(connector),
            address,
            header: header.transpose()?,
            template: Template::new(&settings.content_type, &settings.body)?,
        })
    }

    /// Whether anybody answers HTTP there; no message is sent. What is answered to a request without one says nothing.
    ///
    /// # Errors
    /// One sentence.
    pub async fn try_out(&self) -> Result<(), String> {
        let request = Request::head(self.address.as_str()).body(Full::default()).map_err(|error| error.to_string())?;
        match tokio::time::timeout(PATIENCE, self.http.request(request)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(in_full(&error)),
            Err(_) => Err("the gateway did not answer in time".to_owned()),
        }
    }

    fn request(&self, message: &TextMessage) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::post(self.address.as_str()).header(CONTENT_TYPE, self.template.content_type.clone());
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        request.body(Full::new(self.template.fill(message).into()))
    }
}

#[async_trait]
impl Texter for Gateway {
    async fn send(&self, message: &TextMessage) -> Result<(), SendError> {
        let request = self.request(message).map_err(|error| SendError::Refused(error.to_string()))?;
        let answer = match tokio::time::timeout(PATIENCE, self.http.request(request)).await {
            Ok(Ok(answer)) => answer.status(),
            Ok(Err(error)) => return Err(SendError::Failed(error.to_string())),
            Err(_) => return Err(SendError::Failed("the gateway did not answer in time".to_owned())),
        };
        match answer {
            status if status.is_success() => Ok(()),
            // It wants us later, or not with this credential: the operator may mend that.
            StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => failed(answer),
            status if status.is_client_error() => Err(SendError::Refused(format!("the gateway answered {status}"))),
            _ => failed(answer),
        }
    }
}

/// An error with what lies behind it: where nobody listens, say, only the last says so.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

fn failed(answer: StatusCode) -> Result<(), SendError> {
    Err(SendError::Failed(format!("the gateway answered {answer}")))
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Gateway").field("host", &self.address.host_str()).finish_non_exhaustive()
    }
}

/// A body with two gaps, and how what fills them is written in it.
#[derive(Clone, Debug)]
struct Template {
    content_type: HeaderValue,
    writing: Writing,
    body: String,
}

#[derive(Clone, Copy, Debug)]
enum Writing {
    Form,
    Json,
    Plain,
}

impl Template {
    fn new(content_type: &str, body: &str) -> Result<Self, String> {
        for gap in ["{to}", "{text}"] {
            if !body.contains(gap) {
                return Err(format!("`sms.body` should have {gap} in it"));
            }
        }
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let writing = match media_type.as_str() {
            "application/x-www-form-urlencoded" => Writing::Form,
            "application/json" => Writing::Json,
            _ => Writing::Plain,
        };
        let content_type = HeaderValue::try_from(content_type)
            .map_err(|_| "`sms.content_type` should be a media type such as \"application/json\"".to_owned())?;
        Ok(Self { content_type, writing, body: body.to_owned() })
    }

    /// Each gap is filled once: what a message says is never a gap itself.
    fn fill(&self, message: &TextMessage) -> String {
        let (to, text) = (self.writing.write(&message.to), self.writing.write(&message.text));
        let parts: Vec<String> = self.body.split("{to}").map(|part| part.replace("{text}", &text)).collect();
        parts.join(&to)
    }
}

impl Writing {
    fn write(self, text: &str) -> String {
        match self {
            Self::Form => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Plain => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::State;
    use http::HeaderMap;
    use httpkit::serve::Listener;
    use httpkit::settings::{Settings, listening_url};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
    use tokio_util::sync::CancellationToken;

    use super::*;

    type Heard = (HeaderMap, String);

    /// A gateway that answers everybody with `status` until the test ends, and tells what it heard.
    async fn answering(status: StatusCode) -> (Url, UnboundedReceiver<Heard>) {
        async fn hear(
            State((status, told)): State<(StatusCode, UnboundedSender<Heard>)>,
            headers: HeaderMap,
            body: String,
        ) -> StatusCode {
            told.send((headers, body)).unwrap();
            status
        }
        let (told, heard) = unbounded_channel();
        let router = Router::new().route("/messages", axum::routing::post(hear)).with_state((status, told));
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), "test.listen").await.unwrap();
        let address = listening_url(listener.address()).join("messages").unwrap();
        let http = Settings::defaults().http;
        tokio::spawn(async move { listener.serve(router, &http, CancellationToken::new()).await });
        (address, heard)
    }

    /// Hands a message to the gateway at `address` as these settings say.
    async fn send(address: Url, settings: &[(&str, &str)]) -> Result<(), SendError> {
        let named = settings.iter().map(|(name, value)| (format!("TAPRI_SMS__{name}"), (*value).to_owned()));
        let settings = Settings::from_layers(None, named.collect::<Vec<_>>()).unwrap();
        let message = TextMessage { to: "+919876543210".to_owned(), text: "123456 & tea".to_owned() };
        Gateway::new(address, &settings.sms).unwrap().send(&message).await
    }

    #[tokio::test]
    async fn a_gateway_of_the_common_kind_hears_what_the_operator_wrote() {
        let (address, mut heard) = answering(StatusCode::CREATED).await;
        send(address.clone(), &[("HEADER", "Authorization: Basic QUM6dG9rZW4=")]).await.unwrap();
        let (headers, body) = heard.recv().await.unwrap();
        assert_eq!(headers["authorization"], "Basic QUM6dG9rZW4=");
        assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(body, "To=%2B919876543210&Body=123456%20%26%20tea");

        let json = [("CONTENT_TYPE", "application/json"), ("BODY", r#"{"to": "{to}", "text": "{text}"}"#)];
        send(address, &json).await.unwrap();
        let (headers, body) = heard.recv().await.unwrap();
        assert!(headers["content-type"] == "application/json" && !headers.contains_key("authorization"));
        assert_eq!(body, r#"{"to": "+919876543210", "text": "123456 & tea"}"#);
    }

    #[tokio::test]
    async fn what_a_gateway_answers_decides_whether_it_is_asked_again() {
        for (status, again) in [(400, false), (404, false), (401, true), (429, true), (500, true), (302, true)] {
            let (address, _heard) = answering(StatusCode::from_u16(status).unwrap()).await;
            let error = send(address, &[]).await.unwrap_err();
            assert_eq!(matches!(error, SendError::Failed(_)), again, "{status}: {error}");
        }
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), "test.listen").await.unwrap();
        let nobody = listening_url(listener.address());
        drop(listener);
        assert!(matches!(send(nobody, &[]).await, Err(SendError::Failed(_))));
    }

    fn filled(content_type: &str, body: &str, text: &str) -> String {
        let message = TextMessage { to: "+919876543210".to_owned(), text: text.to_owned() };
        Template::new(content_type, body).unwrap().fill(&message)
    }

    #[test]
    fn what_fills_a_gap_is_written_as_the_body_wants_it() {
        let form = filled("application/x-www-form-urlencoded", "To={to}&Body={text}", "1 & 2 {to}");
        assert_eq!(form, "To=%2B919876543210&Body=1%20%26%202%20%7Bto%7D");
        let json = filled("application/json; charset=utf-8", r#"{"to": "{to}", "text": "{text}"}"#, "say \"1\"\n{to}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((read["to"].as_str(), read["text"].as_str()), (Some("+919876543210"), Some("say \"1\"\n{to}")));
    }

    #[test]
    fn a_body_without_its_gaps_is_refused() {
        assert!(Template::new("application/json", "{\"to\": \"{to}\"}").unwrap_err().contains("{text}"));
    }
}
