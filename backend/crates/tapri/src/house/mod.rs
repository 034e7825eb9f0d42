//! What runs in this process, and in which order it starts and stops.
//!
//! Ports are taken before data is touched, so that a second start by mistake does nothing. The auth server starts before
//! the resource server, which asks it for keys, and the gateway last; they stop the other way round, each finishing what
//! it answers while those behind it still run. What a server does is its own crate's.

mod part;
mod stores;

use std::sync::Arc;

use auth_server::AuthServer;
use axum::Router;
use gateway::Upstream;
use httpkit::middleware::Style;
use httpkit::proxy::Forwarder;
use httpkit::secrets::{Secrets, Server, ServiceCredential};
use httpkit::serve::{Listener, stop_on_signals};
use httpkit::services::Services;
use httpkit::settings::Settings;
use resource_server::ResourceServer;
use store::{SystemClock, SystemRandom};
use tokio_util::sync::CancellationToken;

use crate::backup;
use crate::cli::Command;
use crate::failure::Failure;
use crate::words;
use part::Part;

pub use stores::{FILE as STORE_FILE, open as open_store};

/// Everything that runs in this process.
pub struct House {
    settings: Arc<Settings>,
    /// In the order in which they were started.
    parts: Vec<Part>,
}

impl House {
    /// A house in which nothing runs yet.
    pub fn new(settings: Arc<Settings>) -> Self {
        Self { settings, parts: Vec::new() }
    }

    /// Starts what `command` names, says so, and runs until a signal or a failure.
    pub async fn run(mut self, command: Command) -> Result<(), Failure> {
        let stop = CancellationToken::new();
        stop_on_signals(stop.clone())?;
        let served = tokio::select! {
            served = self.serve(command) => served,
            () = stop.cancelled() => Ok(()),
        };
        tokio::spawn(end_at_next_signal());
        served.and(self.stop().await)?;
        words::say(words::STOPPED);
        Ok(())
    }

    /// Returns only when something fails.
    async fn serve(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::Auth => {
                let listener = self.auth_listener().await?;
                self.start_auth(listener).await?;
            }
            Command::Resource => {
                let listener = self.resource_listener().await?;
                // Its router is for a gateway of the same process, and here is none.
                drop(self.start_resource(listener).await?);
            }
            Command::Web => {
                let listener = self.gateway_listener().await?;
                let forwarder = self.forwarder()?;
                self.start_gateway(listener, Upstream::Http(forwarder));
            }
            _ => {
                let auth = self.auth_listener().await?;
                let resource = self.resource_listener().await?;
                let gateway = self.gateway_listener().await?;
                self.start_auth(auth).await?;
                let router = self.start_resource(resource).await?;
                self.start_gateway(gateway, Upstream::InProcess(router));
            }
        }
        words::say(&words::ready(command, &self.settings));
        Err(part::first_end(&self.parts).await)
    }

    async fn auth_listener(&self) -> Result<Listener, Failure> {
        Ok(Listener::bind(self.settings.auth.listen, "auth.listen").await?)
    }

    async fn resource_listener(&self) -> Result<Listener, Failure> {
        Ok(Listener::bind(self.settings.resource.listen, "resource.listen").await?)
    }

    async fn gateway_listener(&self) -> Result<Listener, Failure> {
        Ok(Listener::bind(self.settings.gateway.listen, "gateway.listen").await?)
    }

    async fn start_auth(&mut self, listener: Listener) -> Result<(), Failure> {
        let services = self.services(Server::Auth).await?;
        let store = services.store.clone();
        let server = AuthServer::start(services).await?;
        let mut part = Part::start("auth server", listener, server.router(), &self.settings.http);
        part.also(|stop| async move { server.run_background(stop).await });
        part.close_at_the_end(store);
        self.parts.push(part);
        Ok(())
    }

    /// The router is for the gateway of the same process.
    async fn start_resource(&mut self, listener: Listener) -> Result<Router, Failure> {
        let services = self.services(Server::Resource).await?;
        let store = services.store.clone();
        let server = ResourceServer::start(services, self.settings.auth_url()).await?;
        let router = server.router();
        let mut part = Part::start("resource server", listener, router.clone(), &self.settings.http);
        part.also(|stop| async move { server.run_background(stop).await });
        part.close_at_the_end(store);
        self.parts.push(part);
        Ok(router)
    }

    fn start_gateway(&mut self, listener: Listener, upstream: Upstream) {
        let router = gateway::router(&self.settings, upstream);
        self.parts.push(Part::start("gateway", listener, router, &self.settings.http));
    }

    /// What the gateway reaches a resource server of another process by.
    fn forwarder(&self) -> Result<Forwarder, Failure> {
        let credential = ServiceCredential::open(&self.settings, &SystemRandom)?;
        Ok(Forwarder::new(&self.settings.resource_url(), Arc::clone(&self.settings), &credential, Style::Envelope))
    }

    /// What `server` is given: its own store and secrets, the real time and real randomness.
    pub async fn services(&self, server: Server) -> Result<Services, Failure> {
        let settings = &self.settings;
        let random = SystemRandom;
        backup::refuse_half_restored(&settings.data)?;
        // It makes the server's directory, so it comes before the store.
        let secrets = Secrets::open(settings, server, &random)?;
        let store = stores::open(settings, server).await?;
        Ok(Services::new(Arc::clone(settings), store, Arc::new(SystemClock), Arc::new(random), Arc::new(secrets)))
    }

    /// Stops every part, the last started first.
    async fn stop(&mut self) -> Result<(), Failure> {
        let mut result = Ok(());
        while let Some(part) = self.parts.pop() {
            result = result.and(part.stop().await);
        }
        result
    }
}

/// Who asks a second time does not want to wait for what is being finished.
async fn end_at_next_signal() {
    if tokio::signal::ctrl_c().await.is_ok() {
        #[expect(
            clippy::disallowed_methods,
            reason = "nothing is to be waited for any more, and kill -9 would be the alternative"
        )]
        std::process::exit(130);
    }
}
