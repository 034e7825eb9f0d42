//! Finding the server and looking at it: does it answer, may we, can it do what batches need.
//!
//! What goes wrong here is a sentence for whoever starts Tapri, and never holds what stands in the address.

use std::time::Duration;

use bson::doc;
use mongodb::options::{
    Acknowledgment, ClientOptions, ReadConcern, ReadPreference, ReturnDocument, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Database};

use super::MongoOptions;
use super::failure;
use crate::{Error, Result};

/// The database where the address names none.
const DATABASE: &str = "tapri";

/// The collection in which the store keeps what it has to know of itself.
const OWN: &str = "_store";

/// What is written here, as a number: another one is another layout.
const FORMAT: i64 = 1;

/// The driver's waits, where the address sets no others; all shorter than what one call may take.
const CONNECT: Duration = Duration::from_secs(3);
const SELECT: Duration = Duration::from_secs(4);

/// How many connections one process opens at most, unless the address says otherwise.
const CONNECTIONS: u32 = 64;

/// How often two first starts at one moment may stand in each other's way.
const FIRST_STARTS: usize = 5;

/// A server that was looked at.
pub(super) struct Server {
    pub(super) client: Client,
    pub(super) database: Database,
    /// Whether batches can be transactions.
    pub(super) transactions: bool,
    /// How often a process opened this database, this one included.
    pub(super) epoch: i64,
}

/// Connects and looks.
pub(super) async fn connect(uri: &str, options: &MongoOptions) -> Result<Server> {
    let client_options = client_options(uri, options).await?;
    let hosts = client_options.hosts.iter().map(|host| format!("`{host}`")).collect::<Vec<_>>().join(", ");
    let name = client_options.default_database.clone().unwrap_or_else(|| DATABASE.to_owned());
    let client = Client::with_options(client_options).map_err(|error| unusable(uri, &error))?;
    let database = client.database(&name);
    let transactions = has_transactions(&client).await.map_err(|error| unreachable(&hosts, &error))?;
    if !transactions && !options.development_server {
        return Err(Error::Engine(format!(
            "the MongoDB server at {hosts} runs alone, without a replica set, and so cannot do transactions. Start it with \
             `--replSet rs0` and run `rs.initiate()` once in `mongosh` (one server is enough); or, to try things out only, \
             set `store.development_server = true`"
        )));
    }
    let epoch = open(&database, &name).await.map_err(|error| match error {
        Refusal::Server(error) => unreachable(&hosts, &error),
        Refusal::Format(error) => error,
    })?;
    Ok(Server { client, database, transactions, epoch })
}

async fn client_options(uri: &str, options: &MongoOptions) -> Result<ClientOptions> {
    let mut client = ClientOptions::parse(uri).await.map_err(|error| unusable(uri, &error))?;
    client.app_name.get_or_insert_with(|| "tapri".to_owned());
    client.connect_timeout.get_or_insert(CONNECT);
    client.server_selection_timeout.get_or_insert(SELECT);
    client.max_pool_size.get_or_insert(CONNECTIONS);
    // What is acknowledged is on the disks of a majority, and what is read too: these are not the address's to change.
    client.write_concern =
        Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(options.timeout).build());
    client.read_concern = Some(ReadConcern::majority());
    client.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    client.retry_reads = Some(true);
    client.retry_writes = Some(true);
    Ok(client)
}

/// Whether the server belongs to a replica set or stands before a sharded cluster.
async fn has_transactions(client: &Client) -> mongodb::error::Result<bool> {
    let hello = client.database("admin").run_command(doc! { "hello": 1 }).await?;
    Ok(hello.contains_key("setName") || hello.get_str("msg").is_ok_and(|it| it == "isdbgrid"))
}

enum Refusal {
    Server(mongodb::error::Error),
    Format(Error),
}

/// Counts this opening, and checks the format.
async fn open(database: &Database, name: &str) -> Result<i64, Refusal> {
    let own = database.collection::<bson::Document>(OWN);
    let mut attempt = 0;
    let found = loop {
        attempt += 1;
        let counted = doc! { "$inc": { "epoch": 1_i64 }, "$setOnInsert": { "format": FORMAT } };
        let update = own.find_one_and_update(doc! { "_id": "store" }, counted);
        match update.upsert(true).return_document(ReturnDocument::After).await {
            Err(error) if failure::is_duplicate(&error) && attempt < FIRST_STARTS => {}
            Ok(None) if attempt < FIRST_STARTS => {}
            found => break found.map_err(Refusal::Server)?.unwrap_or_default(),
        }
    };
    let number = |field: &str| match found.get(field) {
        Some(bson::Bson::Int64(number)) => *number,
        Some(bson::Bson::Int32(number)) => (*number).into(),
        _ => 0,
    };
    if number("format") != FORMAT {
        return Err(Refusal::Format(Error::Engine(format!(
            "the database `{name}` has the format {} and this version of Tapri knows {FORMAT}: run the version that wrote it",
            number("format")
        ))));
    }
    Ok(number("epoch"))
}

fn unusable(uri: &str, error: &mongodb::error::Error) -> Error {
    // The driver quotes what it cannot read, and that may be a part of the password.
    let reason = if uri.contains('@') { String::new() } else { format!(" ({error})") };
    Error::Engine(format!("`store.uri` is no address of MongoDB, such as `mongodb://localhost:27017/tapri`{reason}"))
}

fn unreachable(hosts: &str, error: &mongodb::error::Error) -> Error {
    if failure::is_forbidden(error) {
        return Error::Engine(format!(
            "MongoDB at {hosts} does not let us in: check the name and the password in `store.uri`, and that the user may \
             read and write that database"
        ));
    }
    match failure::general(error) {
        Error::Unavailable(_) => Error::Unavailable(format!(
            "no MongoDB server answers at {hosts}: start it, or correct `store.uri`; leave that empty for the embedded store"
        )),
        other => other,
    }
}
