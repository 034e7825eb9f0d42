//! `tapri store shard-plan`: the commands that spread the collections over a sharded MongoDB cluster, for mongosh.
//!
//! A collection says itself how it is spread ([`ShardKey`]); `docs/scaling.md` tells why, and what each request then asks.

use std::fmt::Write as _;

use store::{LogicalShard, Schema, ShardKey};

use crate::failure::Failure;
use crate::words;

/// Prints the plan for the collections of both servers in `database`. With the names of the shards, each gets an equal
/// part of the logical shards, of all collections the same one.
pub fn run(database: &str, shards: &[String]) -> Result<(), Failure> {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if let Some(odd) = [database].into_iter().chain(shards.iter().map(String::as_str)).find(|name| !is_name(name)) {
        return Err(Failure::new(format!(
            "`{odd}` is no name for a database or a shard: letters, digits, `_` and `-`"
        )));
    }
    let schemas = [auth_server::schemas(), resource_server::schemas()].concat();
    words::say(&plan(database, shards, &schemas));
    Ok(())
}

fn plan(database: &str, shards: &[String], schemas: &[&Schema]) -> String {
    let mut plan = String::new();
    // Writing to a text cannot fail; so everywhere below.
    let _ = writeln!(plan, "// For mongosh, connected to a mongos. Run it before there is much in the collections.");
    let _ = writeln!(plan, "sh.enableSharding(\"{database}\")");
    for shard in shards {
        let _ = writeln!(plan, "sh.addShardToZone(\"{shard}\", \"{}\")", zone(shard));
    }
    for schema in schemas {
        plan.push_str(&collection(database, shards, schema));
    }
    plan
}

fn collection(database: &str, shards: &[String], schema: &Schema) -> String {
    let namespace = format!("{database}.{}", schema.collection);
    let mut text = format!("\n// {}: {}\n", schema.collection, why(schema));
    if let Some(index) = schema.indexes.iter().find(|index| index.unique) {
        // MongoDB keeps an index unique over shards only when it begins with the shard key, and ours is the document's key.
        let _ = writeln!(
            text,
            "// Not sharded: its index `{}` is unique over all documents, which no shard could see to alone.",
            index.name
        );
        return text;
    }
    let pattern = match schema.shard_key {
        ShardKey::LeadingId => "{ _shard: 1, _id: 1 }",
        ShardKey::Key => "{ _id: \"hashed\" }",
    };
    let _ = writeln!(text, "sh.shardCollection(\"{namespace}\", {pattern})");
    if schema.shard_key == ShardKey::LeadingId {
        for (number, shard) in shards.iter().enumerate() {
            let [from, to] = [number, number + 1].map(|at| bound(at, shards.len()));
            let _ = writeln!(text, "sh.updateZoneKeyRange(\"{namespace}\", {from}, {to}, \"{}\")", zone(shard));
        }
    }
    text
}

fn why(schema: &Schema) -> &'static str {
    match schema.shard_key {
        ShardKey::LeadingId => "lies where the owner of the id lies with which its key begins",
        ShardKey::Key => "found by its name alone, spread evenly",
    }
}

fn zone(shard: &str) -> String {
    format!("tapri-{shard}")
}

/// Where the part of that number begins, when the logical shards are cut in so many parts.
fn bound(number: usize, parts: usize) -> String {
    let at = match number {
        0 => "MinKey()".to_owned(),
        last if last == parts => "MaxKey()".to_owned(),
        _ => (usize::from(LogicalShard::COUNT) * number / parts).to_string(),
    };
    format!("{{ _shard: {at}, _id: MinKey() }}")
}

#[cfg(test)]
mod tests {
    use store::Index;

    use super::*;

    static POSTS: Schema = Schema::new("resource_posts").indexes(&[Index::new("by_author").equal(&["author"])]);
    static NAMES: Schema = Schema::new("resource_handles").shard_key(ShardKey::Key);
    static MAILS: Schema = Schema::new("resource_mails").indexes(&[Index::new("one").equal(&["address"]).unique()]);

    #[test]
    fn each_collection_is_spread_as_it_says() {
        let plan = plan("tapri", &[], &[&POSTS, &NAMES, &MAILS]);
        assert!(plan.contains("sh.enableSharding(\"tapri\")"), "{plan}");
        assert!(plan.contains("sh.shardCollection(\"tapri.resource_posts\", { _shard: 1, _id: 1 })"), "{plan}");
        assert!(plan.contains("sh.shardCollection(\"tapri.resource_handles\", { _id: \"hashed\" })"), "{plan}");
        assert!(!plan.contains("sh.shardCollection(\"tapri.resource_mails\""), "{plan}");
        assert!(plan.contains("its index `one` is unique"), "{plan}");
    }

    #[test]
    fn named_shards_get_equal_parts_without_gaps() {
        let shards = ["a", "b", "c"].map(str::to_owned);
        let plan = plan("tapri", &shards, &[&POSTS, &NAMES]);
        let ranges: Vec<_> = plan.lines().filter(|line| line.starts_with("sh.updateZoneKeyRange")).collect();
        let expected = [("MinKey()", "1365", "a"), ("1365", "2730", "b"), ("2730", "MaxKey()", "c")].map(
            |(from, to, shard)| {
                format!(
                    "sh.updateZoneKeyRange(\"tapri.resource_posts\", {{ _shard: {from}, _id: MinKey() }}, {{ _shard: {to}, \
                     _id: MinKey() }}, \"tapri-{shard}\")"
                )
            },
        );
        assert_eq!(ranges, expected);
    }
}
