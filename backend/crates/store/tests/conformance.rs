//! The conformance suite on the engines of this crate.

mod memory {
    use std::sync::Arc;
    use store::Memory;
    use store::conformance::World;

    async fn world() -> World {
        World::new(Arc::new(Memory::default()), ()).await
    }

    store::conformance_suite!(world);
}

mod embedded {
    use std::sync::Arc;
    use store::conformance::World;
    use store::{Embedded, Options};

    async fn world() -> World {
        let directory = tempfile::tempdir().expect("a directory for the test's file");
        let engine = Embedded::open(&directory.path().join("store.redb"), Options::default());
        World::new(Arc::new(engine.expect("a new file opens")), directory).await
    }

    store::conformance_suite!(world);
}
