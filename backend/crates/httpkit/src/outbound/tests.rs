//! Calls to a server of somebody else's, which means well or not.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::BoxFuture;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::settings::{Settings, TrustedCa};

/// Says the first address, then the second, and counts how often it was asked.
struct Rebinding {
    asked: AtomicUsize,
    addresses: [&'static str; 2],
}

impl Resolve for Rebinding {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(1);
        let address = self.addresses[turn].parse().unwrap();
        Box::pin(async move { Ok(vec![address]) })
    }
}

fn resolver(addresses: [&'static str; 2]) -> Arc<Rebinding> {
    Arc::new(Rebinding { asked: AtomicUsize::new(0), addresses })
}

/// A server that answers `reply` to the one request it gets, and then says nothing more.
struct Somebody {
    port: u16,
    certificate: String,
    heard: JoinHandle<String>,
}

impl Somebody {
    async fn who_answers(reply: impl Into<Vec<u8>>) -> Self {
        let reply = reply.into();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["keys.example".to_owned()]).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(signing_key.serialize_der().into()))
            .unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return String::new() };
            let mut heard = vec![0; 4096];
            let length = stream.read(&mut heard).await.unwrap();
            heard.truncate(length);
            // The caller may hang up in the middle of it.
            if stream.write_all(&reply).await.is_ok() && stream.flush().await.is_ok() {
                drop(stream.read(&mut [0; 1]).await);
            }
            String::from_utf8(heard).unwrap()
        });
        Self { port, certificate: cert.pem(), heard }
    }

    fn settings(&self) -> settings::Outbound {
        let mut settings = Settings::defaults().outbound;
        settings.trusted_ca = TrustedCa::from_pem(self.certificate.as_bytes()).unwrap();
        settings.allowed_hosts = vec![AllowedHost::parse("keys.example").unwrap()];
        settings
    }

    /// A client that an operator allowed to go here.
    fn outbound(&self) -> Outbound {
        Outbound::with_resolver(&self.settings(), resolver(["127.0.0.1", "127.0.0.1"]))
    }

    fn url(&self, path: &str) -> String {
        format!("https://keys.example:{}{path}", self.port)
    }
}

#[tokio::test]
async fn an_answer_comes_back_whole_and_the_request_says_who_asks() {
    let somebody = Somebody::who_answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: x\r\n\r\n{}").await;
    let answer = somebody.outbound().send(Call::get(&somebody.url("/keys?a=b"))).await.unwrap();
    assert_eq!(
        (answer.status, &*answer.body, &answer.headers["etag"]),
        (StatusCode::OK, &b"{}"[..], &"x".parse().unwrap())
    );
    let (port, heard) = (somebody.port, somebody.heard.await.unwrap().to_lowercase());
    assert!(heard.starts_with("get /keys?a=b http/1.1\r\n"), "{heard}");
    assert!(heard.contains(&format!("host: keys.example:{port}\r\n")) && heard.contains("user-agent: tapri\r\n"));
}

#[tokio::test]
async fn a_body_is_sent_with_its_type() {
    let somebody = Somebody::who_answers("HTTP/1.1 204 No Content\r\n\r\n").await;
    let call = Call::post(&somebody.url("/logout"), "application/x-www-form-urlencoded", "logout_token=x");
    assert_eq!(somebody.outbound().send(call).await.unwrap().status, StatusCode::NO_CONTENT);
    let heard = somebody.heard.await.unwrap().to_lowercase();
    assert!(heard.contains("content-type: application/x-www-form-urlencoded\r\n"), "{heard}");
    assert!(heard.ends_with("\r\n\r\nlogout_token=x"), "{heard}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let reply = "HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";
    let somebody = Somebody::who_answers(reply).await;
    let answer = somebody.outbound().send(Call::get(&somebody.url("/"))).await.unwrap();
    assert_eq!(answer.status, StatusCode::FOUND);
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_given_up() {
    let declared = format!("HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n{}", "a".repeat(6000));
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        format!("400\r\n{}\r\n", "a".repeat(1024)).repeat(64)
    );
    for reply in [declared, chunked] {
        let somebody = Somebody::who_answers(reply).await;
        let call = Call::get(&somebody.url("/")).at_most(5000);
        let refused = somebody.outbound().send(call).await.unwrap_err();
        assert_eq!(refused, OutboundError::TooLarge("keys.example".to_owned()));
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let somebody = Somebody::who_answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow").await;
    let call = Call::get(&somebody.url("/")).within(Duration::from_millis(300));
    assert_eq!(somebody.outbound().send(call).await.unwrap_err(), OutboundError::TooSlow("keys.example".to_owned()));
}

#[tokio::test]
async fn headers_without_end_are_no_answer() {
    let reply =
        format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(1000));
    let somebody = Somebody::who_answers(reply).await;
    let refused = somebody.outbound().send(Call::get(&somebody.url("/"))).await.unwrap_err();
    assert!(matches!(refused, OutboundError::Unreachable { .. }), "{refused}");
}

#[tokio::test]
async fn who_cannot_prove_to_be_it_is_not_believed() {
    let somebody = Somebody::who_answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let untrusting = settings::Outbound { trusted_ca: TrustedCa::default(), ..somebody.settings() };
    let outbound = Outbound::with_resolver(&untrusting, resolver(["127.0.0.1", "127.0.0.1"]));
    let refused = outbound.send(Call::get(&somebody.url("/"))).await.unwrap_err();
    assert!(matches!(refused, OutboundError::Unreachable { .. }), "{refused}");
}

#[tokio::test]
async fn a_name_inside_a_private_network_is_refused_before_anything_connects() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("https://rebinding.example:{}/", listener.local_addr().unwrap().port());
    let settings = Settings::defaults().outbound;
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1", "64:ff9b::7f00:1"] {
        let outbound = Outbound::with_resolver(&settings, resolver([address, address]));
        let refused = outbound.send(Call::get(&url)).await.unwrap_err();
        assert!(matches!(refused, OutboundError::Forbidden(_)), "{address}: {refused}");
    }
    // Nobody knocked: the first who does is this test itself.
    let knock = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (_, first) = listener.accept().await.unwrap();
    assert_eq!(first, knock.local_addr().unwrap());
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_connection_goes_where_it_was_judged() {
    let somebody = Somebody::who_answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    // A second look-up, if there were one, would lead where nobody listens.
    let names = resolver(["127.0.0.1", "127.0.0.2"]);
    let outbound = Outbound::with_resolver(&somebody.settings(), names.clone());
    assert_eq!(outbound.send(Call::get(&somebody.url("/"))).await.unwrap().status, StatusCode::OK);
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
}
