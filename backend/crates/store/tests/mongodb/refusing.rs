//! Servers that Tapri does not start on, each with a sentence that says what to do.

use std::time::Duration;

use bson::{Document, doc};
use store::conformance::server::Database;
use store::{Error, Mongo, MongoOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn refusal(uri: &str) -> String {
    match Mongo::open(uri, MongoOptions::default()).await {
        Ok(_) => panic!("it was opened"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_server_without_transactions_is_refused_with_the_cure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_alone(stream));
        }
    });
    let words = refusal(&format!("mongodb://{address}/tapri")).await;
    for part in [&format!("`{address}`"), "--replSet rs0", "rs.initiate()", "store.development_server = true"] {
        assert!(words.contains(part), "{words}");
    }
}

/// A server that runs alone: to everything it says who it is, and that it belongs to no replica set.
async fn answer_alone(mut stream: TcpStream) -> std::io::Result<()> {
    const HEADER: usize = 16;
    loop {
        let mut header = [0; HEADER];
        stream.read_exact(&mut header).await?;
        let number = |at: usize| i32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let (length, request, opcode) = (number(0) as usize, number(4), number(12));
        let mut body = vec![0; length - HEADER];
        stream.read_exact(&mut body).await?;
        let hello = doc! {
            "ok": 1.0, "isWritablePrimary": true, "ismaster": true, "helloOk": true, "minWireVersion": 0,
            "maxWireVersion": 25, "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000, "logicalSessionTimeoutMinutes": 30,
        };
        stream.write_all(&reply(opcode, request, &hello)).await?;
    }
}

/// `OP_REPLY` to the old `OP_QUERY` with which a driver says hello, `OP_MSG` to everything else.
fn reply(opcode: i32, request: i32, document: &Document) -> Vec<u8> {
    const OP_QUERY: i32 = 2004;
    const OP_REPLY: i32 = 1;
    const OP_MSG: i32 = 2013;
    let document = bson::serialize_to_vec(document).expect("it is BSON");
    let (kind, front) = match opcode {
        OP_QUERY => (OP_REPLY, [vec![0; 16], 1_i32.to_le_bytes().to_vec()].concat()),
        _ => (OP_MSG, vec![0; 5]),
    };
    let length = (16 + front.len() + document.len()) as i32;
    let header = [length, 1, request, kind].map(i32::to_le_bytes).concat();
    [header, front, document].concat()
}

#[tokio::test]
async fn nobody_at_the_address_is_said_in_time() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        listener.local_addr().expect("it is bound").port()
    };
    let uri = format!("mongodb://asha:secret@127.0.0.1:{port}/tapri?serverSelectionTimeoutMS=300");
    let words = tokio::time::timeout(Duration::from_secs(5), refusal(&uri)).await.expect("it gives up");
    assert!(words.contains(&format!("no MongoDB server answers at `127.0.0.1:{port}`")), "{words}");
    assert!(!words.contains("secret"), "{words}");
}

#[tokio::test]
async fn what_is_no_address_is_refused_without_its_password() {
    for uri in ["localhost:27017", "mongodb://", "mongodb://u:se@cret@host:1x/tapri", "mongodb://asha:secret@/tapri"] {
        let words = refusal(uri).await;
        assert!(words.contains("such as `mongodb://localhost:27017/tapri`"), "{words}");
        assert!(!words.contains("cret"), "{words}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_format_is_left_alone() {
    let database = Database::fresh();
    drop(database.open().await);
    let client = mongodb::Client::with_uri_str(database.uri()).await.expect("the server answers");
    let own = client.default_database().expect("the address names it").collection::<Document>("_store");
    own.update_one(doc! { "_id": "store" }, doc! { "$set": { "format": 2 } }).await.expect("it is changed");
    let words = refusal(&database.uri()).await;
    assert!(words.contains("format 2") && words.contains("run the version that wrote it"), "{words}");
    assert!(matches!(Mongo::open(&database.uri(), MongoOptions::default()).await, Err(Error::Engine(_))));
}
