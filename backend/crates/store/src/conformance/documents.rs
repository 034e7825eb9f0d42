//! The documents that the behaviours are shown with: one small kind for each thing that a schema can say.

use serde::{Deserialize, Serialize};

use crate::{Document, Id, Index, Schema, ShardKey, Time};

/// Whoever owns notes.
pub(super) type OwnerId = Id;

/// A note.
pub(super) type NoteId = Id;

/// Everything but what a test declares for itself.
pub(super) const SCHEMAS: &[&Schema] = &[&NOTES, &SEATS, &TALLIES, &PASSES, &SAMPLES, &EDGES, &WORDS, &ITEMS];

/// A document with a list, an order and a unique name that it need not have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) id: NoteId,
    pub(super) owner: OwnerId,
    pub(super) rank: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
}

static NOTES: Schema = Schema::new("notes").indexes(&[
    Index::new("by_owner").equal(&["owner"]),
    Index::new("by_rank").equal(&["owner"]).order("rank"),
    Index::new("by_title").equal(&["title"]).unique(),
    Index::new("titled").equal(&["owner"]).order("title"),
]);

impl Document for Note {
    type Key = NoteId;
    const SCHEMA: &'static Schema = &NOTES;
    fn key(&self) -> NoteId {
        self.id
    }
}

/// A compound unique index whose last field is the ordered one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Seat {
    pub(super) name: String,
    pub(super) hall: String,
    pub(super) row: i64,
    pub(super) number: Option<i64>,
}

static SEATS: Schema = Schema::new("seats")
    .shard_key(ShardKey::Key)
    .indexes(&[Index::new("place").equal(&["hall", "row"]).order("number").unique()]);

impl Document for Seat {
    type Key = String;
    const SCHEMA: &'static Schema = &SEATS;
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// A counter.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    #[serde(rename = "_id")]
    pub(super) owner: OwnerId,
    #[serde(default)]
    pub(super) ups: i64,
    #[serde(default)]
    pub(super) downs: i64,
}

static TALLIES: Schema = Schema::new("tallies").counter();

impl Document for Tally {
    type Key = OwnerId;
    const SCHEMA: &'static Schema = &TALLIES;
    fn key(&self) -> OwnerId {
        self.owner
    }
}

/// A document that expires, with a unique name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Pass {
    pub(super) code: String,
    pub(super) holder: String,
    pub(super) until: Option<Time>,
}

static PASSES: Schema =
    Schema::new("passes")
        .shard_key(ShardKey::Key)
        .expires("until")
        .indexes(&[Index::new("by_holder").equal(&["holder"]).unique()]);

impl Document for Pass {
    type Key = String;
    const SCHEMA: &'static Schema = &PASSES;
    fn key(&self) -> String {
        self.code.clone()
    }
}

/// A document of any shape under a name, seen as bare BSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sample<T = bson::Bson> {
    pub(super) name: String,
    pub(super) value: T,
}

static SAMPLES: Schema = Schema::new("samples").shard_key(ShardKey::Key);

impl<T: Serialize + serde::de::DeserializeOwned + Send + Sync + 'static> Document for Sample<T> {
    type Key = String;
    const SCHEMA: &'static Schema = &SAMPLES;
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// A document that is found by a pair of ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Edge {
    pub(super) from: OwnerId,
    pub(super) to: OwnerId,
}

static EDGES: Schema = Schema::new("edges");

impl Document for Edge {
    type Key = (OwnerId, OwnerId);
    const SCHEMA: &'static Schema = &EDGES;
    fn key(&self) -> Self::Key {
        (self.from, self.to)
    }
}

/// A document whose indexed value may be of any kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Word {
    pub(super) name: String,
    pub(super) group: String,
    pub(super) value: bson::Bson,
}

static WORDS: Schema = Schema::new("words").shard_key(ShardKey::Key).indexes(&[
    Index::new("by_value").equal(&["group"]).order("value"),
    Index::new("by_both").equal(&["group", "value"]),
]);

impl Document for Word {
    type Key = String;
    const SCHEMA: &'static Schema = &WORDS;
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// What random schedules write: everything at once, in small domains so that they collide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) group: i64,
    pub(super) rank: Option<i64>,
    pub(super) label: Option<String>,
    pub(super) until: Option<Time>,
}

static ITEMS: Schema = Schema::new("items").shard_key(ShardKey::Key).expires("until").indexes(&[
    Index::new("by_rank").equal(&["group"]).order("rank"),
    Index::new("by_group").equal(&["group"]),
    Index::new("by_label").equal(&["label"]).unique(),
]);

impl Document for Item {
    type Key = String;
    const SCHEMA: &'static Schema = &ITEMS;
    fn key(&self) -> String {
        self.name.clone()
    }
}
