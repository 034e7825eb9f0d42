//! Who is examined: the settings, and a way to ask what is running by them.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use httpkit::settings::Settings;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::failure::Failure;
use crate::house::House;

/// Who does not answer in this time is not well.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 1024 * 1024;

/// What checks look at.
pub struct Patient {
    pub settings: Arc<Settings>,
    /// For what opens stores as the servers do.
    pub house: House,
    http: Client<HttpsConnector<HttpConnector>, Body>,
}

/// What was answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Patient {
    pub fn new(settings: Settings, config: Option<PathBuf>) -> Result<Self, Failure> {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::aws_lc_rs::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        let settings = Arc::new(settings);
        let house = House::new(Arc::clone(&settings), config);
        Ok(Self { settings, house, http: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// What is answered at `address`, without following redirects.
    ///
    /// # Errors
    /// Why nothing came, in words.
    pub async fn get(&self, address: &str) -> Result<Answer, String> {
        let request = Request::get(address).body(Body::empty()).map_err(|error| error.to_string())?;
        let asked = async {
            let (parts, body) = self.http.request(request).await.map_err(|error| in_full(&error))?.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await.map_err(|error| error.to_string())?;
            Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() })
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    /// Whether a server of ours answers at `address`, an address without a path.
    pub async fn is_tapri(&self, address: &str) -> bool {
        let answer = self.get(&format!("{}/healthz", address.trim_end_matches('/'))).await;
        answer.is_ok_and(|answer| answer.status == StatusCode::OK && answer.body.trim_ascii() == b"ok")
    }

    /// Whether the resource server runs.
    pub async fn is_running(&self) -> bool {
        self.is_tapri(self.settings.resource_url().as_str()).await
    }
}

/// An error with all that lies behind it.
fn in_full(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
