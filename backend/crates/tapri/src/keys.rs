//! `tapri keys …`: what the signing keys are, and a new one of each. A running auth server is asked, since it holds its
//! store; where none answers, its store is opened here.

use std::fmt::Write as _;
use std::time::Duration;

use auth_server::RetireError;
use axum::body::Body;
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use httpkit::auth_wire::{KeyState, KeyView, Listed};
use httpkit::secrets::{Server, ServiceCredential};
use httpkit::settings::Settings;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use store::SystemRandom;

use crate::cli::KeysCommand;
use crate::failure::Failure;
use crate::house::House;
use crate::words;

/// RSA keys take a moment to make.
const PATIENCE: Duration = Duration::from_secs(20);
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Does what `command` says to the auth server of `house`.
pub async fn run(house: &House, settings: &Settings, command: &KeysCommand) -> Result<(), Failure> {
    let keys = match ask(settings, command).await? {
        Some(keys) => keys,
        None => open(house, command).await?,
    };
    let mut words = table(&keys);
    words.push_str(match command {
        KeysCommand::List => "",
        KeysCommand::Rotate => "\nThe next keys are published. They sign as the table says; nobody is signed out.\n",
        KeysCommand::Retire { .. } => {
            "\nNothing that this key made is believed any more. docs/operations.md says who notices what.\n"
        }
    });
    words::say(&words);
    Ok(())
}

/// All keys: as the running auth server tells them, or else from its store.
pub async fn all(house: &House, settings: &Settings) -> Result<Vec<KeyView>, Failure> {
    match ask(settings, &KeysCommand::List).await? {
        Some(keys) => Ok(keys),
        None => open(house, &KeysCommand::List).await,
    }
}

/// What the running auth server answers; nothing where none is there.
async fn ask(settings: &Settings, command: &KeysCommand) -> Result<Option<Vec<KeyView>>, Failure> {
    let (method, path) = match command {
        KeysCommand::List => (Method::GET, "keys/all".to_owned()),
        KeysCommand::Rotate => (Method::POST, "keys/rotate".to_owned()),
        KeysCommand::Retire { kid, .. } => (Method::POST, format!("keys/{}/retire", in_a_path(kid)?)),
    };
    let address = settings.auth_url();
    let credential = ServiceCredential::open(settings, &SystemRandom)?;
    let request = Request::builder()
        .method(method)
        .uri(format!("{address}internal/v1/{path}"))
        .header(AUTHORIZATION, format!("Bearer {}", credential.expose()))
        .body(Body::empty())?;
    let client = Client::builder(TokioExecutor::new()).build::<_, Body>(HttpConnector::new());
    let answer = match tokio::time::timeout(PATIENCE, client.request(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) if error.is_connect() => return Ok(None),
        Ok(Err(error)) => return Err(Failure::new(format!("the auth server at {address} hung up: {error}"))),
        Err(_) => return Err(Failure::new(format!("the auth server at {address} does not answer"))),
    };
    let status = answer.status();
    if status == StatusCode::NOT_FOUND && matches!(command, KeysCommand::Retire { .. }) {
        return Err(no_such_key());
    }
    if !status.is_success() {
        return Err(Failure::new(format!("the auth server at {address} refused with {status}")));
    }
    let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
    let body = body.map_err(|error| Failure::new(format!("the answer of {address} broke off: {error}")))?.to_bytes();
    Ok(Some(serde_json::from_slice::<Listed<KeyView>>(&body)?.items))
}

/// The same on the store of an auth server that does not run.
async fn open(house: &House, command: &KeysCommand) -> Result<Vec<KeyView>, Failure> {
    let services = house.services(Server::Auth).await?;
    let keys = match command {
        KeysCommand::List => auth_server::list_keys(&services).await.map_err(Failure::from),
        KeysCommand::Rotate => auth_server::rotate_keys(&services).await.map_err(Failure::from),
        KeysCommand::Retire { kid, .. } => auth_server::retire_key(&services, kid).await.map_err(|error| match error {
            RetireError::NotFound => no_such_key(),
            error @ RetireError::Failed(_) => Failure::new(error.to_string()),
        }),
    };
    services.store.close().await?;
    keys
}

/// Names of keys are letters, digits, `-` and `_`; anything else is no key's.
fn in_a_path(kid: &str) -> Result<&str, Failure> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !kid.is_empty() && kid.bytes().all(plain) { Ok(kid) } else { Err(no_such_key()) }
}

fn no_such_key() -> Failure {
    Failure::new("there is no key of this name; `tapri keys list` shows all")
}

fn table(keys: &[KeyView]) -> String {
    let mut table =
        format!("{:<15} {:<9} {:<13} {:<10} {:<21} BELIEVED UNTIL\n", "KEY", "ALGORITHM", "NAME", "NOW", "SIGNS FROM");
    for key in keys {
        let state = match key.state {
            KeyState::Next => "next",
            KeyState::Signing => "signs",
            KeyState::Verifying => "verifies",
            KeyState::Retired => "retired",
        };
        let until = key.retires_at.map_or_else(|| "no end yet".to_owned(), store::Time::to_rfc3339);
        // Writing to a text cannot fail.
        let _ = writeln!(
            table,
            "{:<15} {:<9} {:<13} {state:<10} {:<21} {until}",
            key.purpose,
            key.algorithm,
            key.kid,
            key.signs_from.to_rfc3339(),
        );
    }
    table
}
