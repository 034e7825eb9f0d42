//! One auth server and several resource servers as processes of their own. Each resource server has a store of its own: what
//! is measured is how they hear of what ended, and that needs nothing else of theirs.

use std::path::Path;

use crate::Failure;
use crate::server::{Part, Tapri, free_port};

/// The processes; the first resource server serves the origin.
pub struct Replicas {
    pub first: Tapri,
    others: Vec<Part>,
    auth: Part,
    /// Where each resource server is.
    pub addresses: Vec<String>,
}

impl Replicas {
    /// Starts `count` resource servers on one auth server.
    pub async fn start(data: &Path, count: usize) -> Result<Self, Failure> {
        let (origin, auth) = (format!("http://localhost:{}", free_port()?), format!("127.0.0.1:{}", free_port()?));
        let start = async |name: String, part: &'static str, listen: String| {
            let variables = [
                ("TAPRI_ORIGIN", origin.clone()),
                ("TAPRI_DATA", data.join(name).display().to_string()),
                ("TAPRI_AUTH__LISTEN", auth.clone()),
                ("TAPRI_RESOURCE__LISTEN", listen.clone()),
                ("TAPRI_SERVICE__CREDENTIAL", "a-credential-of-a-benchmark-which-guards-nothing".to_owned()),
            ];
            let address = format!("http://{}", if part == "auth" { &auth } else { &listen });
            Part::start(part, &variables, &address).await
        };
        let auth_server = start("auth".to_owned(), "auth", "127.0.0.1:1".to_owned()).await?;
        let mut parts = Vec::new();
        let mut addresses = Vec::new();
        for number in 0..count {
            let listen = format!("127.0.0.1:{}", free_port()?);
            addresses.push(format!("http://{listen}"));
            parts.push(start(format!("resource-{number}"), "resource", listen).await?);
        }
        let first = parts.remove(0);
        let first = Tapri::of(origin.clone(), addresses[0].clone(), format!("http://{auth}"), first);
        Ok(Self { first, others: parts, auth: auth_server, addresses })
    }

    /// What is left when the first resource server was taken.
    pub async fn stop(others: Vec<Part>, auth: Part) -> Result<(), Failure> {
        for part in others {
            part.stop().await?;
        }
        auth.stop().await
    }

    /// The first resource server, and what is to be stopped after it.
    pub fn split(self) -> (Tapri, Vec<String>, Vec<Part>, Part) {
        (self.first, self.addresses, self.others, self.auth)
    }
}
