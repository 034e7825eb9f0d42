//! node-oidc-provider, set up in `peer/server.mjs`.

use std::path::PathBuf;
use std::process::Stdio;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::load::Target;
use crate::Failure;

/// A running peer. It is killed when it is dropped.
pub struct Peer {
    ready: Ready,
    process: Child,
}

/// What it says when it is ready.
#[derive(Deserialize)]
struct Ready {
    url: String,
    client_id: String,
    client_secret: String,
    chains: Vec<String>,
    access_token: String,
}

impl Peer {
    /// Installs its packages where they are missing, and starts it with so many chains of refresh tokens.
    pub async fn start(chains: usize) -> Result<Self, Failure> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peer");
        if !folder.join("node_modules/oidc-provider").exists() {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--no-progress", "--loglevel=error"]).current_dir(&folder).stdout(Stdio::null());
            let status = npm.status().await.map_err(|_| "npm is not installed. bench auth needs Node 20 or newer")?;
            if !status.success() {
                return Err("the packages of node-oidc-provider could not be installed".into());
            }
        }
        let mut node = Command::new("node");
        node.arg("server.mjs").arg(chains.to_string()).current_dir(&folder);
        node.env("NODE_ENV", "production").stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut process = node.spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("node has no output")?).lines();
        // Before it is ready it says what it thinks of our settings.
        while let Some(line) = lines.next_line().await? {
            if line.starts_with('{') {
                let ready = serde_json::from_str(&line)?;
                // And afterwards: who writes where nobody reads is stopped.
                tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
                return Ok(Self { ready, process });
            }
        }
        Err("node-oidc-provider did not start".into())
    }

    /// Where and as whom it is asked.
    pub fn target(&self) -> Target {
        Target {
            client: reqwest::Client::new(),
            token: format!("{}/token", self.ready.url),
            introspection: format!("{}/token/introspection", self.ready.url),
            client_id: self.ready.client_id.clone(),
            client_secret: self.ready.client_secret.clone(),
        }
    }

    /// Refresh tokens.
    pub fn chains(&self) -> Vec<String> {
        self.ready.chains.clone()
    }

    /// An access token.
    pub fn access_token(&self) -> &str {
        &self.ready.access_token
    }

    pub async fn stop(mut self) -> Result<(), Failure> {
        self.process.kill().await?;
        Ok(())
    }
}
