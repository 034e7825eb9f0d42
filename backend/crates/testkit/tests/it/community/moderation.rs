//! Moderation: what people report, what moderators see, and what hiding and restoring do.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::pictures::jpeg;
use testkit::{Call, Caller, Person, Role, Tapri, all_at_once};

/// An admin, a moderator, and two people.
struct Village {
    tapri: Tapri,
    asha: Person,
    mohan: Person,
    bilal: Person,
    chitra: Person,
}

async fn village() -> Village {
    let tapri = Tapri::start().await;
    let (asha, mohan) = (tapri.sign_up_admin("asha").await, tapri.sign_up("mohan").await);
    tapri.gives_role("mohan", Role::Mod).await.expect("mohan has an account");
    let (bilal, chitra) = (tapri.sign_up("bilal").await, tapri.sign_up("chitra").await);
    Village { tapri, asha, mohan, bilal, chitra }
}

fn reports(who: &Caller, kind: &str, id: &str, reason: &str) -> Call {
    who.send("/api/v1/reports", &json!({"subject": {"type": kind, "id": id}, "reason": reason}))
}

fn decides(who: &Caller, action: &str, kind: &str, id: &str, reason: &str) -> Call {
    let body = json!({"action": action, "subject": {"type": kind, "id": id}, "reason": reason});
    who.send("/api/v1/moderation/actions", &body)
}

async fn queue(who: &Caller) -> Vec<Value> {
    who.get("/api/v1/moderation/queue").await.expect(200).items()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_report_stands_in_the_queue_once_with_what_they_said() {
    let Village { tapri, asha, mohan, bilal, chitra } = village().await;
    let post = bilal.post("Cheap watches").await;
    let first = reports(&chitra, "post", &post, "spam").await.expect(201).text_of("report_id");
    assert_eq!(reports(&chitra, "post", &post, "abuse").await.expect(201).text_of("report_id"), first);
    let said = json!({"subject": {"type": "post", "id": post}, "reason": "other", "text": " Under every photo "});
    asha.send("/api/v1/reports", &said).await.expect(201);
    tapri.advance(Duration::from_secs(1));
    let comment = bilal.comment(&post, "Buy them").await.expect(201).text_of("comment_id");
    reports(&chitra, "comment", &comment, "spam").await.expect(201);
    tapri.advance(Duration::from_secs(1));
    reports(&chitra, "user", &bilal.user_id, "abuse").await.expect(201);

    let waiting = queue(&mohan).await;
    let subjects: Vec<_> = waiting.iter().map(|item| item["subject"]["type"].clone()).collect();
    assert_eq!(subjects, [json!("post"), json!("comment"), json!("user")], "the longest waiting first");
    let item = &waiting[0];
    assert_eq!(
        item["reports"],
        json!({"count": 2, "reasons": {"spam": 1, "other": 1}, "latest_text": "Under every photo"})
    );
    assert_eq!(
        (&item["preview"]["text"], &item["preview"]["author"]["username"]),
        (&json!("Cheap watches"), &json!("bilal"))
    );
    assert_eq!((&waiting[1]["preview"]["text"], &waiting[1]["hidden"]), (&json!("Buy them"), &json!(false)));
    assert_eq!(mohan.whole_list("/api/v1/moderation/queue", 1).await, waiting);

    bilal.get("/api/v1/moderation/queue").await.refused(403, "role_required");
    decides(&bilal, "dismiss_reports", "post", &post, "").await.refused(403, "role_required");
    reports(&chitra, "post", "0000000000g0080x31e1s6j034", "spam").await.refused(404, "post_not_found");
    reports(&chitra, "user", "nobody", "spam").await.refused(404, "subject_not_found");
    reports(&chitra, "post", &post, "boring").await.expect(422);
    tapri.visitor().post("/api/v1/reports").json(&said).await.expect(401);

    decides(&mohan, "dismiss_reports", "user", &bilal.user_id, "Nothing wrong").await.expect(201);
    decides(&mohan, "dismiss_reports", "user", &bilal.user_id, "").await.refused(409, "no_open_reports");
    assert_eq!(queue(&mohan).await.len(), 2);
    // What is gone can still be dismissed.
    bilal.delete(&format!("/api/v1/posts/{post}")).await.expect(200);
    tapri.run_jobs().await;
    assert_eq!(queue(&asha).await[0]["preview"], json!(null));
    decides(&asha, "dismiss_reports", "post", &post, "").await.expect(201);
    decides(&asha, "dismiss_reports", "comment", &comment, "").await.expect(201);
    assert!(queue(&mohan).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_reports_at_once_are_all_counted() {
    let Village { tapri, mohan, bilal, .. } = village().await;
    let post = bilal.post("Cheap watches").await;
    let mut people = Vec::new();
    for number in 0..8 {
        people.push(tapri.sign_up(&format!("reader.{number}")).await);
    }
    let statuses = all_at_once(16, |number| {
        let call = reports(&people[number / 2], "post", &post, "spam");
        async move { call.await.status() }
    })
    .await;
    assert_eq!(statuses, [201; 16]);
    assert_eq!(queue(&mohan).await[0]["reports"]["count"], 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_post_is_gone_for_all_but_its_author_and_moderators_and_comes_back_whole() {
    let Village { tapri, asha, mohan, bilal, chitra } = village().await;
    chitra.follow("bilal").await.expect(200);
    let photo = bilal.upload_ready(jpeg(400, 300), None).await;
    let body = json!({"title": "Cheap watches", "media_ids": [photo["media_id"]]});
    let post = bilal.post_with(&body).await.expect(201).text_of("post_id");
    let address = |post: &Value| post["media"][0]["variants"][0]["url"].as_str().unwrap().to_owned();
    let picture = address(&chitra.read(&post).await.expect(200).data());
    let comment = chitra.comment(&post, "How much?").await.expect(201).text_of("comment_id");
    reports(&chitra, "post", &post, "spam").await.expect(201);
    let seen = async |who: &Caller| {
        let items = async |path: &str| who.get(path).await.expect(200).items().len();
        [
            items("/api/v1/feed/home").await,
            items("/api/v1/feed/explore").await,
            items("/api/v1/users/bilal/posts").await,
            who.profile("bilal").await.expect(200).data()["counts"]["posts"].as_u64().unwrap() as usize,
        ]
    };
    assert_eq!(seen(&chitra).await, [1; 4]);

    let why = "This is an advertisement";
    decides(&mohan, "hide_post", "post", &post, " ").await.refused(422, "empty");
    decides(&mohan, "hide_post", "user", &bilal.user_id, why).await.refused(422, "subject_wrong");
    decides(&mohan, "restore_post", "post", &post, why).await.refused(409, "not_hidden");
    tapri.advance(Duration::from_secs(1));
    decides(&mohan, "hide_post", "post", &post, why).await.expect(201);
    decides(&asha, "hide_post", "post", &post, why).await.refused(409, "hidden_already");
    assert!(queue(&mohan).await.is_empty(), "a decision closes the reports");

    let gone = chitra.read(&post).await.refused(410, "removed_by_moderator");
    assert_eq!(gone.json()["details"]["issue"], why);
    tapri.visitor().get(&format!("/api/v1/posts/{post}")).await.refused(410, "removed_by_moderator");
    assert_eq!(seen(&chitra).await, [0; 4]);
    tapri.visitor().get(&picture).await.expect(404);
    chitra.like(&post).await.refused(410, "removed_by_moderator");
    chitra.comment(&post, "Hm").await.refused(410, "removed_by_moderator");
    chitra.get(&format!("/api/v1/posts/{post}/comments")).await.refused(410, "removed_by_moderator");
    chitra.patch(&format!("/api/v1/comments/{comment}"), &json!({"text": "Hm"})).await.expect(404);
    reports(&chitra, "post", &post, "spam").await.refused(410, "removed_by_moderator");

    let own = bilal.read(&post).await.expect(200).data();
    assert_eq!(own["removed"]["reason"], why);
    tapri.visitor().get(&address(&own)).await.expect(200);
    assert_eq!(mohan.read(&post).await.expect(200).data()["removed"], own["removed"]);
    assert_eq!(seen(&bilal).await[..3], [0, 0, 1], "its author finds it among their own");
    bilal.patch(&format!("/api/v1/posts/{post}"), &json!({"title": "Hm"})).await.refused(410, "removed_by_moderator");
    assert_eq!(bilal.get(&format!("/api/v1/posts/{post}/comments")).await.expect(200).items().len(), 1);

    tapri.advance(Duration::from_secs(1));
    decides(&asha, "restore_post", "post", &post, "It was a joke").await.expect(201);
    assert_eq!(seen(&chitra).await, [1; 4]);
    let back = chitra.read(&post).await.expect(200).data();
    assert_eq!((back.get("removed"), &back["counts"]["comments"]), (None, &json!(1)));
    tapri.visitor().get(&picture).await.expect(200);

    let done = asha.get("/api/v1/admin/audit?limit=2").await.expect(200).items();
    let told: Vec<_> = done
        .iter()
        .map(|entry| json!([entry["action"], entry["actor"]["username"], entry["reason"], entry["subject"]["name"]]))
        .collect();
    let expected = [
        json!(["post_restored", "asha", "It was a joke", "Cheap watches"]),
        json!(["post_hidden", "mohan", why, "Cheap watches"]),
    ];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_post_that_its_author_deletes_is_counted_down_once() {
    let Village { tapri: _tapri, mohan, bilal, .. } = village().await;
    let (post, _) = (bilal.post("Cheap watches").await, bilal.post("Rain").await);
    decides(&mohan, "hide_post", "post", &post, "Advertisement").await.expect(201);
    bilal.delete(&format!("/api/v1/posts/{post}")).await.expect(200);
    assert_eq!(bilal.me().await.expect(200).data()["counts"]["posts"], 1);
    decides(&mohan, "restore_post", "post", &post, "").await.refused(404, "post_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_comment_is_an_empty_place_to_others() {
    let Village { tapri: _tapri, mohan, bilal, chitra, .. } = village().await;
    let post = chitra.post("Rain").await;
    let comment = bilal.comment(&post, "Buy watches").await.expect(201).text_of("comment_id");
    let list = format!("/api/v1/posts/{post}/comments");
    decides(&mohan, "hide_comment", "comment", &comment, "Advertisement").await.expect(201);
    assert!(chitra.get(&list).await.expect(200).items().is_empty());
    assert_eq!(chitra.read(&post).await.expect(200).data()["counts"]["comments"], 0);
    let own = bilal.get(&list).await.expect(200).items();
    assert_eq!((&own[0]["text"], &own[0]["removed"]["reason"]), (&json!("Buy watches"), &json!("Advertisement")));
    chitra.put(&format!("/api/v1/comments/{comment}/like")).await.refused(410, "removed_by_moderator");
    let answer = json!({"text": "No", "parent_id": comment});
    chitra.send(&list, &answer).await.refused(422, "comment_not_found");
    decides(&mohan, "restore_comment", "comment", &comment, "").await.expect(201);
    assert_eq!(chitra.get(&list).await.expect(200).items()[0]["text"], "Buy watches");
    assert_eq!(chitra.read(&post).await.expect(200).data()["counts"]["comments"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_shows_what_is_hidden_to_an_app_only_with_the_scope_for_it() {
    let Village { tapri: _tapri, mohan, bilal, .. } = village().await;
    let post = bilal.post("Cheap watches").await;
    decides(&mohan, "hide_post", "post", &post, "Advertisement").await.expect(201);
    let body = json!({
        "client_name": "Watch Tower", "redirect_uris": ["https://tower.example/callback"],
        "client_type": "confidential", "scope": "posts:read mod",
    });
    let (tower, browser) = (mohan.registers_with(&body).await, mohan.browser().await);
    let path = format!("/api/v1/posts/{post}");
    let less = tower.connects(&browser, "posts:read", &["posts:read"]).await;
    less.caller.get(&path).await.refused(410, "removed_by_moderator");
    less.caller.get("/api/v1/moderation/queue").await.refused(403, "insufficient_scope");
    let more = tower.connects(&browser, "posts:read mod", &["posts:read", "mod"]).await;
    more.caller.get(&path).await.expect(200);
    more.caller.get("/api/v1/moderation/queue").await.expect(200);
    decides(&more.caller, "restore_post", "post", &post, "").await.expect(201);
}
