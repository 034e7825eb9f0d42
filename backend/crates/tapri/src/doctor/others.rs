//! What Tapri uses where the settings name it: Redis, a mail server, a gateway for text messages.

use httpkit::limits::try_redis;

use super::finding::Finding;
use super::patient::Patient;

/// Whether Redis answers.
pub async fn redis(patient: &Patient) -> Vec<Finding> {
    let Some(uri) = &patient.settings.redis.uri else {
        return vec![Finding::skipped("redis", "none is set; each process counts its limits for itself")];
    };
    vec![match try_redis(uri.expose()).await {
        Ok(()) => Finding::good("redis", "it answers"),
        Err(words) => Finding::bad(
            "redis",
            format!("it does not answer: {words}"),
            "Start it, or correct `redis.uri`; until then each process counts limits for itself",
        ),
    }]
}

/// Whether the mail server takes us: connection, TLS, greeting and login.
pub async fn mail(patient: &Patient) -> Vec<Finding> {
    vec![match resource_server::try_mail(&patient.settings).await {
        None => Finding::skipped("mail", "none is set; nobody can confirm an address or replace a forgotten password"),
        Some(Ok(())) => Finding::good("mail", "the server greets us and would take letters"),
        Some(Err(words)) => Finding::bad(
            "mail",
            format!("no letter would go out: {words}"),
            "Correct `mail.smtp` (host, port, tls, name and password), or `mail.ca_file` for a certificate of your own",
        ),
    }]
}

/// Whether the gateway for text messages is there.
pub async fn text_messages(patient: &Patient) -> Vec<Finding> {
    vec![match resource_server::try_texts(&patient.settings).await {
        None => Finding::skipped("sms", "no gateway is asked over HTTP"),
        Some(Ok(())) => Finding::good("sms", "the gateway answers"),
        Some(Err(words)) => Finding::bad(
            "sms",
            format!("no message would go out: {words}"),
            "Correct `sms.gateway`, or ask whoever runs it",
        ),
    }]
}
