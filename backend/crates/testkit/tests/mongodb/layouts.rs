//! Both servers in one database, or each in its own. That they share one is tried by the stories of `first_light`, which
//! here run on the server of this run.

use testkit::{Layout, Server, Tapri};

use crate::first_light;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_for_each_server_tells_the_same_story() {
    let tapri = Tapri::plan().layout(Layout::DatabaseEach).start().await;
    first_light::photo_story(tapri.visitor()).await;
    first_light::app_story(tapri.visitor()).await;
    let databases = [Server::Auth, Server::Resource].map(|server| uri(&tapri, server));
    assert_ne!(databases[0], databases[1]);
    assert_eq!(collections(&databases[0]).await, wanted(&tapri, &[Server::Auth]));
    assert_eq!(collections(&databases[1]).await, wanted(&tapri, &[Server::Resource]));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_shared_database_neither_server_touches_the_others_collections() {
    let tapri = Tapri::plan().layout(Layout::SharedDatabase).start().await;
    first_light::photo_story(tapri.visitor()).await;
    assert_eq!(uri(&tapri, Server::Auth), uri(&tapri, Server::Resource));
    let both = [Server::Auth, Server::Resource];
    assert_eq!(collections(&uri(&tapri, Server::Auth)).await, wanted(&tapri, &both));
    for (server, prefix) in [(Server::Auth, "auth_"), (Server::Resource, "resource_")] {
        assert!(tapri.schemas(server).iter().all(|schema| schema.collection.starts_with(prefix)));
    }
}

fn uri(tapri: &Tapri, server: Server) -> String {
    let settings = tapri.settings();
    let uri = match server {
        Server::Auth => settings.auth_store_uri(),
        Server::Resource => settings.store.uri.as_ref(),
    };
    uri.expect("it runs on MongoDB").expose().to_owned()
}

/// What the servers declared, and the store's own.
fn wanted(tapri: &Tapri, servers: &[Server]) -> Vec<String> {
    let declared = servers.iter().flat_map(|server| tapri.schemas(*server));
    let mut names: Vec<_> = declared.map(|schema| schema.collection.to_owned()).chain(["_store".to_owned()]).collect();
    names.sort_unstable();
    names
}

async fn collections(uri: &str) -> Vec<String> {
    let client = mongodb::Client::with_uri_str(uri).await.expect("the server answers");
    let database = client.default_database().expect("the address names it");
    let mut names = database.list_collection_names().await.expect("it lists them");
    names.sort_unstable();
    names
}
