//! What runs in this process, and in which order it starts and stops.
//!
//! Ports are taken before data is touched, so that a second start by mistake does nothing. The auth server starts before
//! the resource server, which asks it for keys, and the gateway last; they stop the other way round, each finishing what
//! it answers while those behind it still run. What a server does is its own crate's.

mod part;
mod reload;
mod stores;

use std::path::PathBuf;
use std::sync::Arc;

use auth_server::AuthServer;
use axum::Router;
use gateway::Upstream;
use httpkit::limits::Limiter;
use httpkit::metrics::Metrics;
use httpkit::middleware::{FrontDoor, Style};
use httpkit::proxy::Forwarder;
use httpkit::secrets::{Secrets, Server, ServiceCredential};
use httpkit::serve::Listener;
use httpkit::services::Services;
use httpkit::settings::Settings;
use httpkit::tls::Certificate;
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
    /// The file they were read from, and are read from again.
    config: Option<PathBuf>,
    /// Of every server that runs here.
    limiters: Vec<Limiter>,
    /// In the order in which they were started.
    parts: Vec<Part>,
}

impl House {
    /// A house in which nothing runs yet.
    pub fn new(settings: Arc<Settings>, config: Option<PathBuf>) -> Self {
        Self { settings, config, limiters: Vec::new(), parts: Vec::new() }
    }

    /// Starts what `command` names, says so, and runs until `stop` or a failure.
    pub async fn run(mut self, command: &Command, stop: CancellationToken) -> Result<(), Failure> {
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
    async fn serve(&mut self, command: &Command) -> Result<(), Failure> {
        self.start_metrics().await?;
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
                let door = self.front_door()?;
                self.start_gateway(listener, Upstream::Http(door))?;
            }
            _ => {
                let auth = self.auth_listener().await?;
                let resource = self.resource_listener().await?;
                let gateway = self.gateway_listener().await?;
                self.start_auth(auth).await?;
                let router = self.start_resource(resource).await?;
                self.start_gateway(gateway, Upstream::InProcess(router))?;
            }
        }
        reload::on_hangup(self.config.clone(), self.limiters.clone())?;
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
        self.limiters.push(services.limits.clone());
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
        self.limiters.push(services.limits.clone());
        let store = services.store.clone();
        let server = ResourceServer::start(services, self.settings.auth_url()).await?;
        let router = server.router();
        let mut part = Part::start("resource server", listener, router.clone(), &self.settings.http);
        part.also(|stop| async move { server.run_background(stop).await });
        part.close_at_the_end(store);
        self.parts.push(part);
        Ok(router)
    }

    fn start_gateway(&mut self, listener: Listener, upstream: Upstream) -> Result<(), Failure> {
        let router = gateway::router(&self.settings, upstream);
        let tls = &self.settings.gateway.tls;
        let part = match (&tls.certificate, &tls.key) {
            (Some(chain), Some(key)) => {
                let certificate = Certificate::open(chain, key)?;
                let listener = listener.with_tls(certificate.clone());
                let mut part = Part::start("gateway", listener, router, &self.settings.http);
                part.also(|stop| certificate.follow(stop));
                part
            }
            _ => Part::start("gateway", listener, router, &self.settings.http),
        };
        self.parts.push(part);
        Ok(())
    }

    /// Before everything else, so that nothing is missed.
    async fn start_metrics(&mut self) -> Result<(), Failure> {
        let Some(address) = self.settings.metrics.listen else { return Ok(()) };
        let listener = Listener::bind(address, "metrics.listen").await?;
        let metrics = Metrics::install()?;
        let mut part = Part::start("metrics listener", listener, metrics.router(), &self.settings.http);
        part.also(|stop| metrics.upkeep(stop));
        self.parts.push(part);
        Ok(())
    }

    /// What the gateway reaches a resource server of another process by.
    fn front_door(&self) -> Result<FrontDoor, Failure> {
        let (settings, random) = (Arc::clone(&self.settings), SystemRandom);
        let credential = ServiceCredential::open(&settings, &random)?;
        let forwarder = Forwarder::new(&settings.resource_url(), Arc::clone(&settings), &credential, Style::Envelope);
        Ok(FrontDoor::new(forwarder, settings, Arc::new(SystemClock), &random, &credential))
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
