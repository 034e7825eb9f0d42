//! The addresses that the servers listen on: free, or in use by a Tapri.

use std::net::{SocketAddr, TcpListener};

use httpkit::settings::Settings;

use super::finding::Finding;
use super::patient::Patient;

/// Whether each port can be had, or is had by one of ours.
pub async fn free_or_ours(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (setting, address) in addresses(&patient.settings) {
        findings.push(judge(patient, setting, address).await);
    }
    findings
}

/// What listens with which setting.
fn addresses(settings: &Settings) -> Vec<(&'static str, SocketAddr)> {
    let mut all = vec![
        ("gateway.listen", settings.gateway.listen),
        ("resource.listen", settings.resource.listen),
        ("auth.listen", settings.auth.listen),
    ];
    all.extend(settings.metrics.listen.map(|address| ("metrics.listen", address)));
    all
}

async fn judge(patient: &Patient, setting: &str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::good("ports", format!("{address} ({setting}) is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => in_use(patient, setting, address).await,
        Err(error) => Finding::bad(
            "ports",
            format!("{address} ({setting}) cannot be listened on: {error}"),
            format!(
                "Set `{setting}` to an address of this machine, and above port 1023 unless Tapri may take lower ones"
            ),
        ),
    }
}

async fn in_use(patient: &Patient, setting: &str, address: SocketAddr) -> Finding {
    let tls = &patient.settings.gateway.tls;
    if setting == "gateway.listen" && tls.certificate.is_some() {
        return Finding::good("ports", format!("{address} ({setting}) is in use, and speaks TLS; see origin"));
    }
    let reached = httpkit::settings::listening_url(address);
    let metrics = setting == "metrics.listen"
        && patient.get(&format!("{reached}metrics")).await.is_ok_and(|answer| answer.status.is_success());
    if metrics || patient.is_tapri(reached.as_str()).await {
        return Finding::good("ports", format!("a Tapri answers at {address} ({setting})"));
    }
    Finding::bad(
        "ports",
        format!("{address} ({setting}) is in use by something else"),
        format!("Stop what uses it, or set `{setting}` to another port"),
    )
}
