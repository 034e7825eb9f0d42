//! The real program, killed with signal 9 while apps redeem, rotate and revoke. That no write of these is ever half done is
//! shown write by write in the auth server's own tests; here it is the disk and the process that are real.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use testkit::{App, Browser, Caller, Flow, Granted, Person, Processes, Reply, Split, all_at_once};
use tokio::sync::Notify;

const CHAINS: usize = 12;
/// After so many answers the processes are killed, while the others are on their way.
const ANSWERS: [u32; 3] = [3, 9, 20];

/// What an app was doing, and what it was told before the processes were gone.
enum Told {
    Redeemed { flow: Flow, code: String, reply: Option<Reply> },
    Rotated { shown: String, reply: Option<Reply> },
    Revoked { granted: Granted, reply: Option<Reply> },
}

async fn makes_ready(app: &App, browser: &Browser) -> (Vec<(Flow, String)>, Vec<String>, Vec<Granted>) {
    let (mut codes, mut tokens, mut grants) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..CHAINS {
        let flow = app.asks("posts:read");
        let code = app.gets_code(browser, &flow, &["posts:read"]).await;
        codes.push((flow, code));
        tokens.push(app.connects(browser, "posts:read", &["posts:read"]).await.refresh_token);
        grants.push(app.connects(browser, "posts:read", &["posts:read"]).await);
    }
    (codes, tokens, grants)
}

/// Does everything at once, and kills the processes after `answers` of them.
async fn is_killed(tapri: &mut Processes, app: &App, browser: &Browser, answers: u32) -> Vec<Told> {
    let (codes, tokens, grants) = makes_ready(app, browser).await;
    let (answered, enough) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    let everything = all_at_once(CHAINS * 3, |number| {
        let (app, answered, enough) = (app.clone(), answered.clone(), enough.clone());
        let place = number / 3;
        let (code, shown, granted) = (codes[place].clone(), tokens[place].clone(), grants[place].clone());
        async move {
            let told = async |call: testkit::Call| {
                let reply = call.attempt().await.ok().filter(|reply| reply.status() < 500);
                if answered.fetch_add(1, Ordering::SeqCst) + 1 == answers {
                    enough.notify_one();
                }
                reply
            };
            match number % 3 {
                0 => {
                    let reply = told(app.redeems(&code.0, &code.1)).await;
                    Told::Redeemed { flow: code.0, code: code.1, reply }
                }
                1 => Told::Rotated { reply: told(app.refreshes(&shown)).await, shown },
                _ => Told::Revoked { reply: told(app.revokes(&granted.refresh_token)).await, granted },
            }
        }
    });
    let (told, ()) = tokio::join!(everything, async {
        enough.notified().await;
        tapri.kill().await;
    });
    tapri.start_again().await;
    told
}

async fn is_consistent(app: &App, told: Told) {
    match told {
        Told::Redeemed { flow, code, reply } => {
            let again = app.redeems(&flow, &code).await;
            match reply {
                // It was acknowledged: the second use is a replay, and ends what the first one got.
                Some(reply) => {
                    let first = app.granted(&reply.expect(200));
                    again.oauth_error(400, "invalid_grant");
                    app.refreshes(&first.refresh_token).await.oauth_error(400, "invalid_grant");
                }
                // It happened or it did not: never twice.
                None if again.status() == 200 => {
                    app.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
                }
                None => {
                    again.oauth_error(400, "invalid_grant");
                }
            }
        }
        Told::Rotated { shown, reply } => {
            let successor = |reply: Reply| app.granted(&reply.expect(200)).refresh_token;
            let first = successor(app.refreshes(&shown).await);
            assert_eq!(first, successor(app.refreshes(&shown).await), "one successor");
            if let Some(acknowledged) = reply {
                assert_eq!(first, successor(acknowledged), "the one that was acknowledged");
            }
            app.refreshes(&first).await.expect(200);
        }
        Told::Revoked { granted, reply } => {
            if reply.is_some_and(|reply| reply.status() == 200) {
                let caller: &Caller = &granted.caller;
                caller.get("/api/v1/users/asha").await.refused(401, "token_revoked");
                app.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
            } else {
                let is_over = app.refreshes(&granted.refresh_token).await.status() == 400;
                let is_listed = granted.caller.get("/api/v1/users/asha").await.status() == 401;
                assert_eq!(is_over, is_listed, "the end and its entry in the list are one");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_57_killed_while_apps_redeem_rotate_and_revoke() {
    let mut tapri = Processes::start(Split::One).await;
    let asha = Person::sign_up(tapri.visitor(), "asha").await;
    let (browser, app) = (asha.browser().await, asha.registers("Chai Printer").await);
    app.connects(&browser, "posts:read", &["posts:read"]).await;
    for answers in ANSWERS {
        for told in is_killed(&mut tapri, &app, &browser, answers).await {
            is_consistent(&app, told).await;
        }
    }
}
