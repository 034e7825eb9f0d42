//! The servers of one run: started in the order in which they need each other, stopped the other way round.

use std::net::SocketAddr;
use std::sync::Arc;

use auth_server::{AuthServer, OneKeyForAll};
use axum::Router;
use httpkit::secrets::Server;
use httpkit::services::Services;
use resource_server::{Outside, ResourceServer};
use store::port::Engine as _;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::house::{House, Port};
use crate::recorder::Recorder;

/// Both servers and the gateway, and every replica that a story adds.
pub(crate) struct Running {
    auth: Services,
    resource: Services,
    outside: Outside,
    auth_documents: Arc<Recorder>,
    resource_documents: Arc<Recorder>,
    first: ResourceServer,
    first_auth: AuthServer,
    /// Stops the first auth server alone.
    first_auth_stop: CancellationToken,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    /// Stops everything when the story ends, however it ends.
    _guard: DropGuard,
}

impl Running {
    /// Opens the house: the auth server, then the resource server, then the gateway.
    pub(crate) async fn open(house: &House) -> Self {
        let (auth, auth_documents) = house.services(Server::Auth).await;
        let (resource, resource_documents) = house.services(Server::Resource).await;
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        let first_auth_stop = stop.child_token();
        let first_auth = start_auth(&auth, &house.auth, &mut tasks, &first_auth_stop).await;
        let first =
            start_resource(&resource, &house.resource, house.auth.url(), &house.outside, &mut tasks, &stop).await;
        let upstream = gateway::Upstream::InProcess(first.router());
        serve(&house.gateway, gateway::router(&house.settings, upstream), &resource, &mut tasks, &stop);
        let guard = stop.clone().drop_guard();
        let outside = house.outside.clone();
        Self {
            auth,
            resource,
            outside,
            auth_documents,
            resource_documents,
            first,
            first_auth,
            first_auth_stop,
            tasks,
            stop,
            _guard: guard,
        }
    }

    /// One more auth server; returns where it listens.
    pub(crate) async fn add_auth(&mut self) -> SocketAddr {
        let port = Port::free();
        start_auth(&self.auth, &port, &mut self.tasks, &self.stop).await;
        port.address()
    }

    /// Stops the first auth server; whoever knows no other waits for it in vain.
    pub(crate) fn stop_first_auth(&self) {
        self.first_auth_stop.cancel();
    }

    /// Does the auth server's jobs that are due, and deletes what has expired.
    pub(crate) async fn tidy_auth(&self) {
        self.first_auth.tidy_until_idle().await;
    }

    /// One more resource server, which knows the auth server at `auth`; returns where it listens.
    pub(crate) async fn add_resource(&mut self, auth: Url) -> SocketAddr {
        let port = Port::free();
        start_resource(&self.resource, &port, auth, &self.outside, &mut self.tasks, &self.stop).await;
        port.address()
    }

    /// The documents of one server.
    pub(crate) fn documents(&self, server: Server) -> &Recorder {
        match server {
            Server::Auth => &self.auth_documents,
            Server::Resource => &self.resource_documents,
        }
    }

    /// What the resource servers are made of: what an operator's tool gets, too.
    pub(crate) fn resource_services(&self) -> &Services {
        &self.resource
    }

    pub(crate) async fn close_store(&self, server: Server) {
        self.documents(server).close().await.expect("a healthy store closes");
    }

    pub(crate) async fn run_jobs(&self) {
        self.first.run_jobs_until_idle().await;
    }

    /// Stops everything and closes the stores.
    pub(crate) async fn stop(self, house: &House) {
        let Self { auth, resource, auth_documents, resource_documents, first, first_auth, mut tasks, stop, .. } = self;
        stop.cancel();
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a server's task panicked");
        }
        drop((first, first_auth));
        for (services, documents) in [(resource, resource_documents), (auth, auth_documents)] {
            drop(services);
            house.engines.close(&*documents).await;
        }
    }
}

async fn start_auth(services: &Services, port: &Port, tasks: &mut JoinSet<()>, stop: &CancellationToken) -> AuthServer {
    let server = AuthServer::start_with(services.clone(), OneKeyForAll).await.expect("the auth server starts");
    serve(port, server.router(), services, tasks, stop);
    let stop = stop.clone();
    let background = server.clone();
    tasks.spawn(async move { background.run_background(stop).await });
    server
}

async fn start_resource(
    services: &Services,
    port: &Port,
    auth: Url,
    outside: &Outside,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> ResourceServer {
    let server =
        ResourceServer::start_with(services.clone(), auth, outside.clone()).await.expect("the resource server starts");
    serve(port, server.router(), services, tasks, stop);
    let (background, stop) = (server.clone(), stop.clone());
    tasks.spawn(async move { background.run_background(stop).await });
    server
}

fn serve(port: &Port, router: Router, services: &Services, tasks: &mut JoinSet<()>, stop: &CancellationToken) {
    let (listener, http, stop) = (port.listener(), services.settings.http.clone(), stop.clone());
    tasks.spawn(async move { listener.serve(router, &http, stop).await });
}
