//! What a document may hold: every BSON type that we use reads back as it was written.

use std::collections::BTreeMap;

use bson::spec::BinarySubtype;
use bson::{Binary, Bson, doc};
use serde::{Deserialize, Serialize};

use super::World;
use super::documents::{OwnerId, Sample, Word};
use crate::{Clock, Error, Time};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Shape {
    Empty,
    Owned { by: OwnerId, since: Time },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    yes: bool,
    small: i32,
    great: i64,
    least: i64,
    fraction: f64,
    text: String,
    bytes: Binary,
    moment: Time,
    owner: OwnerId,
    nothing: Option<i64>,
    something: Option<i64>,
    list: Vec<String>,
    empty: Vec<i64>,
    shapes: Vec<Shape>,
    map: BTreeMap<String, i64>,
}

/// A document with everything in it reads back equal.
pub async fn every_type_reads_back_as_it_was_written(world: World) {
    let value = Everything {
        yes: true,
        small: i32::MIN,
        great: i64::MAX,
        least: i64::MIN,
        fraction: -0.1,
        text: "चाय ☕ \0 end".to_owned(),
        bytes: Binary { subtype: BinarySubtype::Generic, bytes: vec![0, 255, 0] },
        moment: Time::from_millis(-1),
        owner: world.owner(),
        nothing: None,
        something: Some(0),
        list: vec!["b".into(), String::new(), "a".into()],
        empty: Vec::new(),
        shapes: vec![Shape::Empty, Shape::Owned { by: world.owner(), since: world.clock.now() }],
        map: [("z".into(), 1), ("a".into(), 2)].into(),
    };
    let samples = world.store.collection::<Sample<Everything>>();
    let sample = Sample { name: "all".into(), value };
    samples.insert(&sample).await.unwrap();
    assert_eq!(samples.get(&sample.name).await.unwrap().unwrap().into_document(), sample);
}

/// A small `i64` is not stored as an `i32`, nor the other way round; a date stays a date, bytes stay bytes.
pub async fn integers_keep_their_width(world: World) {
    let samples = world.store.collection::<Sample<Bson>>();
    let value = Bson::Document(doc! {
        "long": 1_i64,
        "int": 1_i32,
        "double": 1.0,
        "date": bson::DateTime::from_millis(1),
        "bytes": Binary { subtype: BinarySubtype::Generic, bytes: vec![1] },
        "null": Bson::Null,
        "deep": { "list": [1_i64, 1_i32, "1"] },
    });
    let sample = Sample { name: "widths".into(), value };
    samples.insert(&sample).await.unwrap();
    assert_eq!(samples.get(&sample.name).await.unwrap().unwrap().into_document(), sample);
}

/// Documents of many megabytes are kept whole; what MongoDB would refuse is refused everywhere.
pub async fn large_documents_are_kept_and_too_large_ones_refused(world: World) {
    const MIB: usize = 1024 * 1024;
    let samples = world.store.collection::<Sample<String>>();
    for size in [1, MIB, 15 * MIB] {
        let sample = Sample { name: format!("{size}"), value: "x".repeat(size) };
        samples.insert(&sample).await.unwrap();
        let found = samples.get(&sample.name).await.unwrap().unwrap();
        assert!(found.document == sample, "{size} bytes came back changed");
    }
    let sample = Sample { name: "too large".into(), value: "x".repeat(16 * MIB) };
    assert!(matches!(samples.insert(&sample).await, Err(Error::Decode { .. })));
    assert_eq!(samples.exists(&sample.name).await, Ok(false));
}

/// A document that does not fit its type is an error of its own, and stays what it is.
pub async fn a_document_of_another_shape_is_a_decode_error(world: World) {
    let texts = world.store.collection::<Sample<String>>();
    let numbers = world.store.collection::<Sample<i64>>();
    texts.insert(&Sample { name: "a".into(), value: "one".into() }).await.unwrap();
    let Err(Error::Decode { collection, reason }) = numbers.get(&"a".to_owned()).await else {
        panic!("a text was read as a number");
    };
    assert_eq!(collection, "samples");
    assert!(!reason.is_empty());
    assert!(texts.get(&"a".to_owned()).await.unwrap().is_some());
}

/// An indexed field holds what sorts alike everywhere, and nothing else.
pub async fn what_cannot_be_indexed_is_refused(world: World) {
    let words = world.store.collection::<Word>();
    for (name, value) in [("float", Bson::Double(0.5)), ("list", Bson::Array(vec![])), ("document", doc! {}.into())] {
        let word = Word { name: name.into(), group: "a".into(), value };
        assert!(matches!(words.insert(&word).await, Err(Error::Decode { .. })), "{name}");
        assert_eq!(words.exists(&word.name).await, Ok(false), "{name}");
    }
}
