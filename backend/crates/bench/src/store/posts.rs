//! The documents of the measurements: about a kilobyte, as a post is, or a tenth of that, as a like is.

use serde::{Deserialize, Serialize};
use store::{Document, Id, Index, LogicalShard, Schema, SeededRandom, StoreKey, Time};

use crate::Failure;

/// A document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    pub id: Id,
    pub author: Id,
    pub at: Time,
    pub likes: i64,
    pub title: String,
    pub caption: String,
}

static POSTS: Schema = Schema::new("posts");

impl Document for Post {
    type Key = Id;
    const SCHEMA: &'static Schema = &POSTS;
    fn key(&self) -> Id {
        self.id
    }
}

/// The same document where its author's are listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Listed(pub Post);

/// An author's posts, by age.
pub const BY_AUTHOR: &str = "by_author";

static LISTED: Schema = Schema::new("listed").indexes(&[Index::new(BY_AUTHOR).equal(&["author"]).order("at")]);

impl Document for Listed {
    type Key = Id;
    const SCHEMA: &'static Schema = &LISTED;
    fn key(&self) -> Id {
        self.0.id
    }
}

/// Makes documents, the same ones in every run.
#[derive(Clone)]
pub struct Maker {
    random: SeededRandom,
    caption: usize,
}

impl Maker {
    /// Of a kilobyte each.
    pub fn posts() -> Self {
        Self { random: SeededRandom::new(1), caption: 860 }
    }

    /// Of a hundred and some bytes each.
    pub fn small() -> Self {
        Self { random: SeededRandom::new(1), caption: 0 }
    }

    /// The document of that number by that author. Ids as they come: ordered by time to the second, random within it.
    pub fn make(&self, number: usize, author: usize) -> Post {
        let at = Time::from_seconds(1_790_000_000 + (number / 100) as i64);
        Post {
            id: Id::generate_unsharded(at, &self.random),
            author: author_id(author),
            at,
            likes: number as i64,
            title: if self.caption == 0 { String::new() } else { format!("Midnight Chai {number}") },
            caption: "x".repeat(self.caption),
        }
    }
}

/// The author of that number.
pub fn author_id(number: usize) -> Id {
    let shard = LogicalShard::new((number % usize::from(LogicalShard::COUNT)) as u16).expect("it is below the count");
    Id::generate(Time::from_seconds(1_780_000_000 + number as i64), shard, &SeededRandom::new(7))
}

/// The same key and bytes as the store's own.
pub fn raw_bytes(post: &Post) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    match post.id.to_key() {
        store::Key::Bytes(key) => Ok((key, bson::serialize_to_vec(post)?)),
        store::Key::Text(_) => Err("an id is bytes".into()),
    }
}

/// A number without a pattern that a cache could follow, the same for the same step.
pub fn scattered(step: usize, below: usize) -> usize {
    // SplitMix64.
    let mut mixed = (step as u64).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) % below as u64) as usize
}
