//! What stays when the servers go: settings, time, randomness, data and ports. A restart opens the same house again.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use httpkit::outbound::{Outbound, Resolve};
use httpkit::secrets::{Secrets, Server, ServiceCredential};
use httpkit::serve::Listener;
use httpkit::services::Services;
use httpkit::settings::{Settings, listening_url};
use resource_server::Outside;
use store::port::Engine;
use store::{MockClock, SeededRandom, Store};
use url::Url;

use crate::layout::{Data, Engines, Layout};
use crate::recorder::Recorder;

/// The house of one story.
pub(crate) struct House {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: MockClock,
    pub(crate) random: SeededRandom,
    pub(crate) gateway: Port,
    pub(crate) resource: Port,
    pub(crate) auth: Port,
    pub(crate) engines: Engines,
    /// How people are reached, if they are.
    pub(crate) outside: Outside,
    /// Where names lead that others chose; none: as this machine knows them.
    pub(crate) names: Option<Arc<dyn Resolve>>,
    /// Held so that it goes with the story, last of all.
    _data: Data,
}

/// A port of the loopback, held from first to last: while servers restart, callers wait in its queue.
pub(crate) struct Port(TcpListener);

impl Port {
    /// A free port.
    pub(crate) fn free() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port"))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("a bound socket has an address")
    }

    pub(crate) fn url(&self) -> Url {
        listening_url(self.address())
    }

    /// The socket, for one run of a server.
    pub(crate) fn listener(&self) -> Listener {
        let socket = self.0.try_clone().expect("a socket can be shared");
        Listener::from_std(socket).expect("it listens")
    }
}

impl House {
    /// A house under `origin`, or where there is none under a name of this machine.
    pub(crate) fn new(
        layout: Layout,
        mut settings: Settings,
        origin: Option<Url>,
        outside: Outside,
        data: Data,
    ) -> Self {
        let (gateway, resource, auth) = (Port::free(), Port::free(), Port::free());
        let local = format!("http://localhost:{}", gateway.address().port());
        settings.origin = origin.unwrap_or_else(|| Url::parse(&local).expect("a port makes a valid origin"));
        settings.gateway.listen = gateway.address();
        settings.resource.listen = resource.address();
        settings.auth.listen = auth.address();
        let engines = Engines::new(layout, &mut settings);
        Self {
            settings: Arc::new(settings),
            clock: MockClock::default(),
            random: SeededRandom::new(1),
            gateway,
            resource,
            auth,
            engines,
            outside,
            names: None,
            _data: data,
        }
    }

    /// The services of `server` on a freshly opened engine.
    pub(crate) async fn services(&self, server: Server) -> (Services, Arc<Recorder>) {
        let secrets = Secrets::open(&self.settings, server, &self.random).expect("the data directory is ours");
        let recorder = Arc::new(Recorder::new(self.engines.open(server, &self.settings).await));
        let engine: Arc<dyn Engine> = recorder.clone();
        let mut services = Services::new(
            self.settings.clone(),
            Store::new(engine, self.clock.clone()),
            Arc::new(self.clock.clone()),
            Arc::new(self.random.clone()),
            Arc::new(secrets),
        );
        if let Some(names) = &self.names {
            services.outbound = Outbound::with_resolver(&self.settings.outbound, Arc::clone(names));
        }
        (services, recorder)
    }

    /// What the two servers know each other by.
    pub(crate) fn service_credential(&self) -> String {
        let credential = ServiceCredential::open(&self.settings, &self.random).expect("the data directory is ours");
        credential.expose().to_owned()
    }
}
