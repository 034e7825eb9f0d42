//! What people see while the database server is gone, and when it is back.

use std::time::Duration;

use store::conformance::server::{Database, Line, Proxy};
use testkit::{Layout, Tapri, within};

/// How long the store may wait for its server here.
const LIMIT: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_gone_requests_answer_503_in_time_and_then_recover_alone() {
    let proxy = Proxy::start(Database::fresh().server()).await;
    let plan = Tapri::plan().layout(Layout::SharedDatabaseBehind(proxy.address()));
    let tapri = plan.settings(|settings| settings.store.timeout = LIMIT).start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("Midnight Chai").await;
    for line in [Line::Cut, Line::Silent] {
        proxy.set(line);
        // What was read is remembered for a second where others write too.
        tapri.advance(Duration::from_secs(2));
        let read = async { asha.read(&post_id).await.expect(503) };
        let write = async { asha.like(&post_id).await.expect(503) };
        let feed = async { asha.home().await.expect(503) };
        let visit = async { tapri.visitor().get(&format!("/api/v1/posts/{post_id}")).await.expect(503) };
        let answers = async { tokio::join!(read, write, feed, visit) };
        // The feed may ask twice, one after the other.
        let (read, write, feed, visit) =
            tokio::time::timeout(LIMIT * 3, answers).await.expect("each has its answer within its time");
        for answer in [read, write, feed, visit] {
            assert_eq!(answer.reason(), "unavailable", "{line:?}");
        }

        proxy.set(Line::Whole);
        within(Duration::from_secs(20), "the post can be read again", || async {
            (asha.read(&post_id).await.status() == 200).then_some(())
        })
        .await;
        asha.like(&post_id).await.expect(200);
        asha.unlike(&post_id).await.expect(200);
        asha.refresh().await.expect(200);
    }
    let post = asha.read(&post_id).await.expect(200).data();
    assert_eq!(post["counts"]["likes"], 0);
}
