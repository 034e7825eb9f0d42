//! Starts Tapri with something in front of it, and stops both.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use testkit::{Processes, Split, Wire, free_port};
use url::Url;

use crate::deploy;

/// What stands in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// `deploy/Caddyfile`.
    Caddy,
    /// `deploy/nginx.conf`.
    Nginx,
    /// Nothing: the gateway has a certificate.
    Own,
}

/// A running Tapri behind its front.
pub struct Fronted {
    front: Front,
    folder: TempDir,
    wire: Wire,
    _tapri: Processes,
}

impl Fronted {
    pub async fn start(front: Front) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = make_certificate(folder.path());
        let port = free_port();
        let origin = Url::parse(&format!("https://localhost:{port}")).unwrap();
        let mut settings = vec![
            ("TAPRI_ORIGIN", origin.origin().ascii_serialization()),
            ("TAPRI_LIMITS__ENABLED", "true".into()),
            ("TAPRI_TRUSTED_PROXIES", if front == Front::Own { String::new() } else { "127.0.0.1".into() }),
        ];
        if front == Front::Own {
            settings.push(("TAPRI_GATEWAY__LISTEN", format!("127.0.0.1:{port}")));
            settings.push(("TAPRI_GATEWAY__TLS__CERTIFICATE", in_folder(&folder, "chain.pem")));
            settings.push(("TAPRI_GATEWAY__TLS__KEY", in_folder(&folder, "key.pem")));
        }
        let tapri = Processes::start_with(Split::One, &settings).await;
        match front {
            Front::Caddy => start_caddy(folder.path(), port, tapri.gateway()),
            Front::Nginx => start_nginx(folder.path(), port, tapri.gateway()),
            Front::Own => {}
        }
        let wire = Wire::secure(&origin, SocketAddr::from((Ipv4Addr::LOCALHOST, port)), &certificate);
        Self { front, folder, wire, _tapri: tapri }
    }

    /// The public surface, for somebody who is not signed in.
    pub fn visitor(&self) -> &Wire {
        &self.wire
    }
}

impl Drop for Fronted {
    fn drop(&mut self) {
        if self.front == Front::Own {
            return;
        }
        // The process itself, by its id; nothing else is touched. Where it has none it never started.
        if let Ok(id) = fs::read_to_string(self.folder.path().join("pid")) {
            let _already_gone = Command::new("kill").args(["-TERM", id.trim()]).status();
        }
    }
}

/// A certificate for `localhost` in `chain.pem` and `key.pem`; returns it.
fn make_certificate(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("chain.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.pem()
}

/// `caddy start` returns when it serves.
fn start_caddy(folder: &Path, port: u16, gateway: SocketAddr) {
    let file = folder.join("Caddyfile");
    let real = deploy().join("Caddyfile");
    // No redirect from port 80, which is not the test's to take; all else is the real file's.
    let wrapper = format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\nimport {}\n", real.display());
    fs::write(&file, wrapper).unwrap();
    let started = Command::new("caddy")
        .args(["start", "--adapter", "caddyfile", "--config"])
        .arg(&file)
        .arg("--pidfile")
        .arg(folder.join("pid"))
        .env("TAPRI_SITE", format!("https://localhost:{port}"))
        .env("TAPRI_GATEWAY", gateway.to_string())
        .env("TAPRI_TLS", format!("tls {}/chain.pem {}/key.pem", folder.display(), folder.display()))
        .env("XDG_DATA_HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        // What stays in the background inherits this: a pipe would never end.
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("caddy is installed (Debian: apt-get install caddy)");
    assert!(started.success(), "caddy did not start with {}", file.display());
}

/// nginx goes into the background when it serves.
fn start_nginx(folder: &Path, port: u16, gateway: SocketAddr) {
    let site = fs::read_to_string(deploy().join("nginx.conf")).unwrap();
    let free = free_port();
    let replacements = [
        ("/etc/letsencrypt/live/tapri.example.com/fullchain.pem", folder.join("chain.pem").display().to_string()),
        ("/etc/letsencrypt/live/tapri.example.com/privkey.pem", folder.join("key.pem").display().to_string()),
        ("listen 80;", format!("listen 127.0.0.1:{free};")),
        ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
        ("server 127.0.0.1:3000;", format!("server {gateway};")),
        ("server_name tapri.example.com;", "server_name localhost;".into()),
        // The port is one of the domain only because the test may not have 443.
        ("proxy_set_header Host $host;", "proxy_set_header Host $http_host;".into()),
    ];
    let site = replacements.iter().fold(site, |site, (real, test)| {
        assert!(site.contains(real), "deploy/nginx.conf has no `{real}`");
        site.replace(real, test)
    });
    let place = folder.display();
    let main = format!(
        "pid {place}/pid;\nerror_log {place}/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n  \
         client_body_temp_path {place}/body;\n  proxy_temp_path {place}/proxy;\n  fastcgi_temp_path {place}/fastcgi;\n  \
         uwsgi_temp_path {place}/uwsgi;\n  scgi_temp_path {place}/scgi;\n{site}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, main).unwrap();
    let started = Command::new(nginx())
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(&file)
        .output()
        .expect("nginx is installed (Debian: apt-get install nginx)");
    assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
}

/// Debian keeps it where only root looks.
fn nginx() -> PathBuf {
    let debian = PathBuf::from("/usr/sbin/nginx");
    if debian.exists() { debian } else { "nginx".into() }
}

fn in_folder(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}
