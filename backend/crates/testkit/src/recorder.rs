//! An engine that remembers which collections were declared, so that a story can read every document of a server as it
//! lies in the store. It changes nothing of what the engine below does.

use std::sync::{Arc, Mutex, PoisonError};

use store::port::{Bound, Direction, Engine, Raw, Scan, Show, Write};
use store::{Clock, Key, Result, Schema, Time};

/// How many documents one read takes.
const PAGE: usize = 500;

/// An engine and what was declared to it.
pub(crate) struct Recorder {
    engine: Arc<dyn Engine>,
    declared: Mutex<Vec<&'static Schema>>,
}

/// A document as it lies in the store.
#[derive(Clone, Debug)]
pub struct StoredDocument {
    /// The collection's name.
    pub collection: &'static str,
    /// The key and the document, written out.
    pub text: String,
}

impl Recorder {
    pub(crate) fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, declared: Mutex::default() }
    }

    /// The collections that were declared.
    pub(crate) fn schemas(&self) -> Vec<&'static Schema> {
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every visible document of every declared collection.
    pub(crate) async fn documents(&self, clock: &dyn Clock) -> Result<Vec<StoredDocument>> {
        let declared = self.schemas();
        let mut documents = Vec::new();
        for schema in declared {
            for raw in self.all(schema, clock.now()).await? {
                let body: bson::Document =
                    bson::deserialize_from_slice(&raw.body).expect("engines keep BSON documents");
                let text = format!("{} {body}", written_out(&raw.key));
                documents.push(StoredDocument { collection: schema.collection, text });
            }
        }
        Ok(documents)
    }

    async fn all(&self, schema: &'static Schema, now: Time) -> Result<Vec<Raw>> {
        let mut found: Vec<Raw> = Vec::new();
        loop {
            let lower = match found.last() {
                Some(last) => Bound::Excluded(last.key.clone().into()),
                None => Bound::Open,
            };
            let scan = Scan {
                schema,
                index: None,
                prefixes: vec![Vec::new()],
                lower,
                upper: Bound::Open,
                after: None,
                direction: Direction::Ascending,
                limit: PAGE,
                now,
                show: Show::Visible,
            };
            let page = self.engine.scan(scan).await?;
            let more = page.len() == PAGE;
            found.extend(page);
            if !more {
                return Ok(found);
            }
        }
    }
}

fn written_out(key: &Key) -> String {
    match key {
        Key::Text(text) => text.clone(),
        Key::Bytes(bytes) => data_encoding::HEXLOWER.encode(bytes),
    }
}

#[async_trait::async_trait]
impl Engine for Recorder {
    async fn ensure(&self, schema: &'static Schema) -> Result<()> {
        self.engine.ensure(schema).await?;
        let mut declared = self.declared.lock().unwrap_or_else(PoisonError::into_inner);
        if !declared.contains(&schema) {
            declared.push(schema);
        }
        Ok(())
    }

    async fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        self.engine.get(schema, keys, now).await
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<Raw>> {
        self.engine.scan(scan).await
    }

    async fn commit(&self, writes: Vec<Write>, now: Time) -> Result<()> {
        self.engine.commit(writes, now).await
    }

    async fn close(&self) -> Result<()> {
        self.engine.close().await
    }
}
