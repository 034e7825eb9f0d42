//! The road from one engine to the other and back, walked by the real program.

use store::conformance::server::Database;
use testkit::{Processes, Split};

use crate::town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn a_lived_in_place_moves_to_mongodb_and_back_and_nobody_is_signed_out() {
    let mut tapri = Processes::start_with(Split::One, &[("TAPRI_STORE__URI", String::new())]).await;
    let mut town = Town::settle(&tapri).await;
    tapri.stop().await;

    let database = Database::fresh();
    let (home, uri) = (tapri.data().display().to_string(), database.uri());
    copy(&tapri, &home, &uri).await;
    tapri.set("TAPRI_STORE__URI", &uri);
    tapri.start_again().await;
    town.asha.me().await.expect(200);
    town.printer_comes_back().await;
    town.is_there(&tapri).await;
    let written_there = town.asha.post("Over the hills").await;
    tapri.stop().await;

    // Pictures and secrets stay where they are; the old files give their place to what comes back.
    let back = tapri.beside("back");
    copy(&tapri, &uri, &back.display().to_string()).await;
    for server in ["auth", "resource"] {
        let file = format!("{server}/store.redb");
        std::fs::rename(back.join(&file), tapri.data().join(&file)).expect("it can be moved");
    }
    tapri.set("TAPRI_STORE__URI", "");
    tapri.start_again().await;
    town.asha.me().await.expect(200);
    town.asha.read(&written_there).await.expect(200);
    town.printer_comes_back().await;
    town.granted.caller.read(&town.post).await.expect(200);
    town.bilal.sign_in_again().await.read(&town.post).await.expect(200);
}

/// Copies everything that is stored, and sees that it was counted and compared.
async fn copy(tapri: &Processes, from: &str, to: &str) {
    let order = ["store", "copy", "--from", from, "--to", to];
    let ended = tapri.tool(&order).output().await.expect("the program runs");
    let (words, complaint) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success() && words.contains("counted and compared"), "{words}{complaint}");
}
