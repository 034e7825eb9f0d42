//! A whole Tapri in this process: both servers and the gateway on free ports, real HTTP between them, time and
//! randomness in the story's hand.

use std::sync::Arc;
use std::time::Duration;

use httpkit::outbound::Resolve;
use httpkit::secrets::Server;
use httpkit::settings::{Secret, Settings, listening_url};
use httpkit::tokens::HmacKey;
use resource_server::{Outside, Role, RoleProblem};
use store::MockClock;
use url::Url;

use crate::actors::{Browser, Person};
use crate::house::{House, Port};
use crate::layout::{Data, Layout};
use crate::mailbox::Mailbox;
use crate::recorder::StoredDocument;
use crate::running::Running;
use crate::wire::Wire;

/// A running Tapri. It stops when it is dropped; its data goes with it.
pub struct Tapri {
    house: House,
    /// Empty only in the middle of a restart.
    running: Option<Running>,
    wire: Wire,
    mailbox: Mailbox,
}

/// What a Tapri is to be like, before it starts.
#[must_use = "it starts when `start` is awaited"]
pub struct Plan {
    layout: Layout,
    settings: Settings,
    origin: Option<Url>,
    outside: Outside,
    names: Option<Arc<dyn Resolve>>,
    mailbox: Mailbox,
    data: Data,
}

impl Plan {
    /// With another way of keeping data.
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// With settings changed by `change`.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Under another origin than this machine's own name: as if a proxy that speaks https stood in front.
    pub fn origin(mut self, origin: &str) -> Self {
        self.origin = Some(Url::parse(origin).expect("an origin is a URL"));
        self
    }

    /// With mail: every letter lands in the kit's mailbox.
    pub fn mail(mut self) -> Self {
        self.outside.mailer = Some(Arc::new(self.mailbox.clone()));
        self
    }

    /// With text messages: every one lands in the kit's mailbox.
    pub fn texts(mut self) -> Self {
        self.outside.texter = Some(Arc::new(self.mailbox.clone()));
        self
    }

    /// With the mail server and the gateway that the settings name.
    pub fn real_outside(mut self) -> Self {
        self.outside = Outside::new(&self.settings).expect("the story's settings fit");
        self
    }

    /// Where names lead that others chose: into somebody's network, say.
    pub fn names(mut self, names: Arc<dyn Resolve>) -> Self {
        self.names = Some(names);
        self
    }

    /// As if other processes wrote to the same database too: a server then believes what it read for a second at most.
    pub fn shared(self) -> Self {
        // What is set here is opened by nobody: the kit brings the engines.
        self.settings(|settings| settings.store.uri = Some(Secret::new("kit://shared")))
    }

    /// Starts it.
    pub async fn start(self) -> Tapri {
        let mut house = House::new(self.layout, self.settings, self.origin, self.outside, self.data);
        house.names = self.names;
        let running = Running::open(&house).await;
        let wire = Wire::new(&house.settings.origin, house.gateway.address());
        Tapri { house, running: Some(running), wire, mailbox: self.mailbox }
    }
}

impl Tapri {
    /// The usual Tapri: embedded stores (or the MongoDB server that the run was given), limits off, the cheapest passwords.
    pub async fn start() -> Self {
        Self::plan().start().await
    }

    /// A Tapri to be changed before it starts.
    pub fn plan() -> Plan {
        let data = Data::new();
        let mut settings = Settings::for_tests(data.path());
        settings.limits.enabled = false;
        // A database server that answers two hundred at once slowly is not gone.
        settings.store.timeout = Duration::from_secs(25);
        // A story moves the clock by days in an instant, in which no news can arrive; the one story about
        // stale news sets this back.
        settings.revocations.stale_after = Duration::from_secs(3600 * 24 * 3650);
        Plan {
            layout: Layout::usual(),
            settings,
            origin: None,
            outside: Outside::default(),
            names: None,
            mailbox: Mailbox::default(),
            data,
        }
    }

    /// The public surface, for somebody who is not signed in.
    pub fn visitor(&self) -> &Wire {
        &self.wire
    }

    /// The resource server's own port.
    pub fn resource(&self) -> Wire {
        self.direct(&self.house.resource)
    }

    /// The auth server's private port.
    pub fn auth(&self) -> Wire {
        self.direct(&self.house.auth)
    }

    fn direct(&self, port: &Port) -> Wire {
        // By the same name as the origin, since pages asked for by another are moved there.
        let url = format!("http://localhost:{}", port.address().port());
        Wire::new(&Url::parse(&url).expect("a port makes a valid address"), port.address())
    }

    /// The public origin, without a slash at the end.
    pub fn origin(&self) -> String {
        self.house.settings.origin_text()
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.house.settings
    }

    /// Somebody new, signed up with their own client.
    pub async fn sign_up(&self, username: &str) -> Person {
        Person::sign_up(&self.wire, username).await
    }

    /// Gives somebody a role, as `tapri admin role` does.
    pub async fn gives_role(&self, username: &str, role: Role) -> Result<(), RoleProblem> {
        resource_server::set_role(self.running().resource_services(), username, role).await
    }

    /// Somebody new who is an admin.
    pub async fn sign_up_admin(&self, username: &str) -> Person {
        let admin = self.sign_up(username).await;
        self.gives_role(username, Role::Admin).await.expect("there is room for one");
        admin
    }

    /// A browser that was never here.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.wire)
    }

    /// The clock of both servers.
    pub fn clock(&self) -> &MockClock {
        &self.house.clock
    }

    /// Lets time pass.
    pub fn advance(&self, time: Duration) {
        self.house.clock.advance(time);
    }

    /// Runs the resource server's jobs until there are none left that are due.
    pub async fn run_jobs(&self) {
        self.running().run_jobs().await;
    }

    /// The letters and messages that were sent, once the jobs that send them are done.
    pub async fn mailbox(&self) -> &Mailbox {
        self.run_jobs().await;
        &self.mailbox
    }

    /// Lets the auth server tidy up: its jobs that are due, and what has expired.
    pub async fn tidy_auth(&self) {
        self.running().tidy_auth().await;
    }

    /// Loses the first auth server for good. What knows another goes on.
    pub fn lose_first_auth(&self) {
        self.running().stop_first_auth();
    }

    /// Stops everything and starts it again on the same data and the same ports.
    pub async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop(&self.house).await;
        }
        self.running = Some(Running::open(&self.house).await);
    }

    /// One more resource server beside the first, on the same auth server and the same data.
    pub async fn another_resource(&mut self) -> Wire {
        let auth = self.house.auth.url();
        let address = self.running_mut().add_resource(auth).await;
        Wire::new(&listening_url(address), address)
    }

    /// One more auth server on the same data, and a resource server that knows no other.
    pub async fn another_auth_and_resource(&mut self) -> Wire {
        let running = self.running_mut();
        let auth = running.add_auth().await;
        let address = running.add_resource(listening_url(auth)).await;
        Wire::new(&listening_url(address), address)
    }

    /// Takes a server's store away from under it, as a full disk or a stopped database would.
    pub async fn close_store(&self, server: Server) {
        self.running().close_store(server).await;
    }

    /// Every document of one server, as it lies in its store.
    pub async fn documents(&self, server: Server) -> Vec<StoredDocument> {
        self.running().documents(server).documents(self.clock()).await.expect("the store is open")
    }

    /// The collections that one server declared.
    pub fn schemas(&self, server: Server) -> Vec<&'static store::Schema> {
        self.running().documents(server).schemas()
    }

    /// The keys that sign access tokens, fetched as a resource server fetches them: what an attacker does not have.
    pub async fn access_keys(&self) -> Vec<HmacKey> {
        let reply = self.auth().get("/internal/v1/keys").bearer(&self.house.service_credential()).await.expect(200);
        let keys: httpkit::auth_wire::VerificationKeys =
            serde_json::from_value(reply.json().clone()).expect("both servers agree on this");
        keys.keys
    }

    /// Makes the next key of every use, as `tapri keys rotate` does; all keys as they are now.
    pub async fn rotate_keys(&self) -> Vec<httpkit::auth_wire::KeyView> {
        self.on_keys("rotate").await
    }

    /// Gives up a key, as `tapri keys retire` does; all keys as they are now.
    pub async fn retire_key(&self, kid: &str) -> Vec<httpkit::auth_wire::KeyView> {
        self.on_keys(&format!("{kid}/retire")).await
    }

    async fn on_keys(&self, deed: &str) -> Vec<httpkit::auth_wire::KeyView> {
        let credential = self.house.service_credential();
        let reply = self.auth().post(&format!("/internal/v1/keys/{deed}")).bearer(&credential).await.expect(200);
        let keys: httpkit::auth_wire::Listed<httpkit::auth_wire::KeyView> =
            serde_json::from_value(reply.json().clone()).expect("both sides agree on this");
        keys.items
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs but in the middle of a restart")
    }

    fn running_mut(&mut self) -> &mut Running {
        self.running.as_mut().expect("it runs but in the middle of a restart")
    }
}
