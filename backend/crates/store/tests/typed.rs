//! The typed layer as a slice uses it: documents, a counter, a batch, pages.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Change, Clock, Document, Error, Index, MockClock, Query, Schema, SeededRandom, ShardKey, Store, Time};

store::id_type!(
    /// The id of a person.
    pub UserId
);
store::id_type!(
    /// The id of a picture.
    pub PostId
);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Post {
    id: PostId,
    author: UserId,
    slug: Option<String>,
    at: Time,
}

static POSTS: Schema = Schema::new("posts").indexes(&[
    Index::new("by_author").equal(&["author"]).order("at"),
    Index::new("by_slug").equal(&["slug"]).unique(),
]);

impl Document for Post {
    type Key = PostId;
    const SCHEMA: &'static Schema = &POSTS;
    fn key(&self) -> PostId {
        self.id
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct PostStats {
    #[serde(rename = "_id")]
    post: PostId,
    #[serde(default)]
    likes: i64,
    #[serde(default)]
    comments: i64,
}

static STATS: Schema = Schema::new("post_stats").counter();

impl Document for PostStats {
    type Key = PostId;
    const SCHEMA: &'static Schema = &STATS;
    fn key(&self) -> PostId {
        self.post
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Like {
    post: PostId,
    user: UserId,
}

static LIKES: Schema = Schema::new("likes");

impl Document for Like {
    type Key = (PostId, UserId);
    const SCHEMA: &'static Schema = &LIKES;
    fn key(&self) -> Self::Key {
        (self.post, self.user)
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Code {
    name: String,
    until: Option<Time>,
}

static CODES: Schema = Schema::new("codes").shard_key(ShardKey::Key).expires("until");

impl Document for Code {
    type Key = String;
    const SCHEMA: &'static Schema = &CODES;
    fn key(&self) -> String {
        self.name.clone()
    }
}

struct World {
    clock: MockClock,
    random: SeededRandom,
    store: Store,
}

impl World {
    async fn new() -> Self {
        let clock = MockClock::default();
        let store = Store::memory(clock.clone());
        store.ensure(&[&POSTS, &STATS, &LIKES, &CODES]).await.expect("the schemas are well-formed");
        Self { clock, random: SeededRandom::new(1), store }
    }

    fn user(&self) -> UserId {
        UserId::generate_unsharded(self.clock.now(), &self.random)
    }

    fn post(&self, author: UserId, slug: Option<&str>) -> Post {
        self.clock.advance(Duration::from_secs(1));
        let id = PostId::generate(self.clock.now(), author.shard(), &self.random);
        Post { id, author, slug: slug.map(str::to_owned), at: self.clock.now() }
    }
}

#[tokio::test]
async fn a_document_is_found_by_key_by_unique_index_and_in_order() {
    let world = World::new().await;
    let posts = world.store.collection::<Post>();
    let (asha, bilal) = (world.user(), world.user());
    let mut all = Vec::new();
    for (number, author) in [asha, bilal, asha, bilal, asha].into_iter().enumerate() {
        let post = world.post(author, (number == 2).then_some("chai"));
        posts.insert(&post).await.unwrap();
        all.push(post);
    }
    let found = posts.get(&all[0].id).await.unwrap().unwrap();
    assert_eq!(*found, all[0]);
    let found = posts.find("by_slug", &["chai".into()]).await.unwrap().unwrap();
    assert_eq!(*found, all[2]);
    let both = || Query::index("by_author").any_of([[asha], [bilal]]).descending().limit(2);
    let first = posts.scan(both()).await.unwrap();
    let second = posts.scan(both().after(first.next.clone())).await.unwrap();
    let back = posts.scan(both().before(second.first.clone())).await.unwrap();
    assert_eq!(first.into_documents(), [all[4].clone(), all[3].clone()]);
    assert_eq!(back.into_documents(), [all[4].clone(), all[3].clone()]);
    assert_eq!(second.into_documents(), [all[2].clone(), all[1].clone()]);
}

#[tokio::test]
async fn a_like_and_its_count_are_one_batch() {
    let world = World::new().await;
    let post = world.post(world.user(), None);
    let like = Like { post: post.id, user: world.user() };
    let put = async || {
        let mut batch = world.store.batch();
        batch.insert(&like).add::<PostStats>(&post.id, "likes", 1);
        batch.commit().await
    };
    assert_eq!(put().await, Ok(()));
    let again = put().await.unwrap_err();
    assert!(again.is_duplicate_key());
    assert_eq!(again, Error::Duplicate { write: 0, index: "_id" });
    let stats = world.store.collection::<PostStats>().get(&post.id).await.unwrap().unwrap();
    assert_eq!(stats.into_document(), PostStats { post: post.id, likes: 1, comments: 0 });
}

#[tokio::test]
async fn modify_keeps_writes_or_finds_nothing() {
    let world = World::new().await;
    let posts = world.store.collection::<Post>();
    let post = world.post(world.user(), None);
    let rename = |post: &mut Post| {
        post.slug = Some("tea".into());
        Ok::<_, Error>(Change::Write)
    };
    assert_eq!(posts.modify(&post.id, rename).await, Ok(None));
    posts.insert(&post).await.unwrap();
    assert_eq!(posts.modify(&post.id, |_| Ok::<_, Error>(Change::Keep)).await, Ok(Some(post.clone())));
    let stored = posts.get(&post.id).await.unwrap().unwrap();
    assert_eq!(posts.modify(&post.id, rename).await.unwrap().unwrap().slug.as_deref(), Some("tea"));
    assert!(posts.replace(&stored, &post).await.unwrap_err().is_stale());
    assert!(posts.delete_at(&stored).await.unwrap_err().is_stale());
    assert_eq!(posts.find("by_slug", &["tea".into()]).await.unwrap().unwrap().id, post.id);
    posts.delete(&post.id).await.unwrap();
    assert_eq!(posts.get(&post.id).await, Ok(None));
}

#[tokio::test]
async fn what_has_expired_is_gone_at_once_and_swept_later() {
    let world = World::new().await;
    let codes = world.store.collection::<Code>();
    let code = Code { name: "a".into(), until: Some(world.clock.now() + Duration::from_secs(60)) };
    codes.insert(&code).await.unwrap();
    codes.insert(&Code { name: "b".into(), until: None }).await.unwrap();
    assert_eq!(world.store.sweep(10).await, Ok(0));
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(codes.get(&"a".to_owned()).await, Ok(None));
    assert_eq!(codes.scan(Query::by_key()).await.unwrap().items.len(), 1);
    codes.insert(&code).await.unwrap();
    assert_eq!(world.store.sweep(10).await, Ok(1));
    assert_eq!(world.store.sweep(10).await, Ok(0));
}

#[tokio::test]
async fn what_no_collection_can_hold_is_refused_in_words() {
    let world = World::new().await;
    let post = world.post(world.user(), None);
    let mut wrong = world.store.batch();
    wrong.insert(&PostStats { post: post.id, likes: 1, comments: 0 });
    assert!(wrong.commit().await.unwrap_err().to_string().contains("only counters"));
    let mut wrong = world.store.batch();
    wrong.insert(&post).add::<Post>(&post.id, "likes", 1);
    assert!(wrong.commit().await.unwrap_err().to_string().contains("only counters"));
    assert_eq!(world.store.collection::<Post>().get(&post.id).await, Ok(None));
    let posts = world.store.collection::<Post>();
    assert!(posts.find("by_author", &[]).await.unwrap_err().to_string().contains("no unique index"));
    assert_eq!(world.store.batch().commit().await, Ok(()));
    world.store.close().await.unwrap();
    assert!(matches!(posts.get(&post.id).await, Err(Error::Unavailable(_))));
}
