//! `bench auth`: what the auth server gives out in a second, beside node-oidc-provider in the same run under the same load;
//! and how long after the answer of a revocation the revoked token still works.
//!
//! Both are asked over sixteen connections by the same client, by HTTP Basic, for the same scopes without `openid`. Every
//! refresh and exchange of ours is durable before it is answered; the peer keeps everything in a map. [`ours`] and [`peer`]
//! make ready, [`load`] asks, [`revocation`] waits.

mod load;
mod ours;
mod peer;
mod replicas;
mod revocation;

use crate::Failure;
use crate::report::{Report, Row};
use load::Measured;
use ours::Ours;
use peer::Peer;

/// Connections at once, and chains of refresh tokens.
const AT_ONCE: usize = 16;
/// Codes that are exchanged: fewer than can be made before the first expires.
const CODES: usize = 4_096;

/// Measures both, writes the rows.
///
/// # Errors
/// Whatever stops a measurement; also a chain that was lost.
pub async fn run() -> Result<(), Failure> {
    let mut report = Report::default();
    // One after the other, so that neither has less of the machine.
    let theirs = theirs().await?;
    let directory = tempfile::tempdir()?;
    let ours = Ours::start(directory.path()).await?;
    let target = ours.target();

    let mut chains = ours.chains(AT_ONCE).await?;
    let refresh = target.refresh(&mut chains).await?;
    target.are_alive(&chains).await?;
    add(&mut report, "auth_refresh", &refresh, &theirs.refresh);
    let exchange = target.exchange(ours.codes(CODES).await?).await?;
    add(&mut report, "auth_code_exchange", &exchange, &theirs.refresh);
    let introspect = target.introspect(&ours.access_token().await?).await?;
    add(&mut report, "auth_introspect", &introspect, &theirs.introspect);
    let credentials = target.client_credentials(None).await?;
    add(&mut report, "auth_client_credentials", &credentials, &theirs.client_credentials);
    ours.stop().await?;

    let mut slowest = f64::MIN;
    for replicas in [1, 3] {
        let p99 = revocation::p99_of(replicas).await?;
        report.add(Row::new(&format!("revocation_p99_ms_{replicas}"), p99, "ms"));
        slowest = slowest.max(p99);
    }
    report.add(Row::new("revocation_p99_ms", slowest, "ms"));
    report.write()
}

/// What the peer gives.
struct Theirs {
    refresh: Measured,
    introspect: Measured,
    client_credentials: Measured,
}

async fn theirs() -> Result<Theirs, Failure> {
    let peer = Peer::start(AT_ONCE).await?;
    let target = peer.target();
    let mut chains = peer.chains();
    let theirs = Theirs {
        refresh: target.refresh(&mut chains).await?,
        introspect: target.introspect(peer.access_token()).await?,
        // A JWT, as ours is.
        client_credentials: target.client_credentials(Some("urn:bench")).await?,
    };
    peer.stop().await?;
    Ok(theirs)
}

fn add(report: &mut Report, name: &str, ours: &Measured, theirs: &Measured) {
    report.add(Row::new(name, ours.rate, "1/s").over(theirs.rate));
    report.add(Row::new(&format!("{name}_p99_ms"), ours.p99_ms, "ms").over(theirs.p99_ms));
}
