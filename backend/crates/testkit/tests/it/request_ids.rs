//! One request, one name: in the answer, and in the log of every server that had to do with it.

use serde_json::{Value, json};
use testkit::{Processes, Split, email_of, password_of};

/// The log's lines that have this id, as which server wrote them: `web`, `resource` or `auth`.
fn who_wrote_of(log: &str, id: &str) -> Vec<&'static str> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let named = lines.filter(|line| line["span"]["request_id"] == id);
    let mut servers: Vec<&'static str> = named
        .filter_map(|line| match line["path"].as_str() {
            _ if line["message"].as_str()?.contains("was forwarded") => Some("web"),
            Some(path) if path.starts_with("/internal/") => Some("auth"),
            Some(path) if path.starts_with("/api/") => Some("resource"),
            _ => None,
        })
        .collect();
    servers.sort_unstable();
    servers.dedup();
    servers
}

async fn sign_up(processes: &Processes, name: &str, given: &str) -> String {
    let body = json!({"username": name, "email": email_of(name), "password": password_of(name)});
    let call = processes.visitor().post("/api/v1/auth/register").json(&body).header("x-request-id", given);
    call.await.expect(201).header("x-request-id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_name_leads_through_the_logs_of_all_servers_and_no_stranger_chooses_it() {
    let mut processes = Processes::start_logging(Split::Three, "debug").await;
    let given = "chosen-by-a-stranger";
    let id = sign_up(&processes, "asha", given).await;
    assert_ne!(id, given);
    let log = processes.log();
    assert_eq!(who_wrote_of(&log, &id), ["auth", "resource", "web"], "{log}");
    assert!(!log.contains(given), "{log}");

    processes.stop().await;
    processes.set("TAPRI_TRUSTED_PROXIES", "127.0.0.1");
    processes.start_again().await;
    let given = "named-by-our.proxy_1";
    assert_eq!(sign_up(&processes, "bilal", given).await, given, "a proxy of ours may name it");
    let log = processes.log();
    assert_eq!(who_wrote_of(&log, given), ["auth", "resource", "web"], "{log}");
    let long = "x".repeat(65);
    for unfit in ["short", "with space and\ttab", "\"},{\"level\":\"ERROR\"", long.as_str()] {
        let named = processes.visitor().get("/api/v1/limits").header("x-request-id", unfit).await.expect(200);
        assert_eq!(named.header("x-request-id").len(), 13, "{unfit}");
    }
    assert!(!processes.log().contains(&long) && !processes.log().contains("with space"));
    processes.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_could_answer_has_a_name_and_a_time_too() {
    let mut processes = Processes::start_logging(Split::Three, "debug").await;
    let resource = 1;
    processes.kill_one(resource).await;
    let refused = processes.visitor().get("/api/v1/limits").await.refused(503, "unavailable");
    let id = refused.header("x-request-id").to_owned();
    assert_eq!(refused.json()["details"]["request_id"], id.as_str());
    assert!(!refused.json()["timestamp"].as_str().unwrap().starts_with("1970"), "{refused:?}");
    assert_eq!(who_wrote_of(&processes.log(), &id), ["web"]);
}
