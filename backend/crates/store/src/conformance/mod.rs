//! The conformance suite: what every engine does, one function for each behaviour.
//!
//! An engine passes it whole and unchanged, or is none. A test crate instantiates it with
//! [`conformance_suite!`](crate::conformance_suite) and a function that makes a [`World`] on a fresh engine. To add a
//! behaviour, write the function in the file it belongs to and name it in the list below; every engine then has it.

#![expect(clippy::unwrap_used, reason = "the suite is test code that other crates can run")]

mod documents;
#[cfg(feature = "mongodb")]
pub mod server;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use crate::port::Engine;
use crate::{Clock, MockClock, SeededRandom, Store};
use documents::{Note, NoteId, OwnerId};

/// Declares the behaviours: for each file, the functions in it. The `$` lets it write a macro of its own.
macro_rules! behaviours {
    (($d:tt) $($file:ident { $($name:ident,)+ })+) => {
        $(mod $file; pub use $file::{$($name),+};)+

        /// All behaviours as tests, for the engine that `$world` makes: an `async fn() -> World`.
        #[macro_export]
        macro_rules! conformance_suite {
            ($d world:path) => {
                $($(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $name() {
                        $d crate::conformance::$name($d world().await).await;
                    }
                )+)+
            };
        }
    };
}

behaviours! { ($)
    keys {
        a_document_is_found_by_its_key_alone,
        many_keys_are_one_read_in_their_order,
        an_insert_never_overwrites,
        keys_of_every_form_are_told_apart,
        a_deleted_document_is_gone_and_its_revision_with_it,
        undeclared_collections_are_refused,
    }
    types {
        every_type_reads_back_as_it_was_written,
        integers_keep_their_width,
        large_documents_are_kept_and_too_large_ones_refused,
        a_document_of_another_shape_is_a_decode_error,
        what_cannot_be_indexed_is_refused,
    }
    indexes {
        a_unique_value_has_one_document,
        a_unique_value_is_free_again_after_change_or_deletion,
        a_compound_index_is_unique_as_a_whole,
        an_absent_field_keeps_a_document_out_of_the_index,
        an_index_follows_its_document,
        declaring_again_changes_nothing,
    }
    scans {
        a_scan_is_ordered_by_field_then_key_both_ways,
        pages_over_ties_show_everything_once,
        a_cursor_survives_inserts_and_deletes,
        the_page_before_is_the_page_before,
        a_range_has_the_ends_it_names,
        keys_are_an_order_of_their_own,
        values_sort_as_values_not_as_text,
        prefixes_are_values_not_beginnings,
        values_of_every_kind_are_one_order,
    }
    merges {
        many_prefixes_are_one_order,
        a_merge_pages_without_gaps,
        the_same_prefix_twice_shows_nothing_twice,
        no_prefix_finds_nothing,
        five_hundred_prefixes_are_one_page,
        lists_of_two_fields_are_one_order,
        a_merge_over_a_unique_index_is_in_order,
    }
    batches {
        a_batch_is_all_or_nothing,
        the_third_of_five_writes_spoils_all_five,
        a_batch_may_touch_one_document_twice,
        a_refused_batch_leaves_indexes_alone,
        a_unique_value_moves_within_a_batch,
    }
    counters {
        a_counter_starts_at_nothing,
        a_thousand_additions_are_a_thousand,
        several_fields_are_added_at_once,
        a_counter_never_wraps_around,
    }
    races {
        one_of_sixty_four_racers_wins_each_revision,
        sixty_four_inserts_make_one_document,
        sixty_four_claims_of_a_name_give_it_once,
        modify_loses_no_update,
        a_thousand_concurrent_batches_are_each_whole,
    }
    expiry {
        an_expired_document_is_invisible_at_once,
        an_insert_over_an_expired_document_succeeds,
        an_expired_document_holds_no_unique_value,
        an_expired_document_cannot_be_replaced,
        the_sweeper_deletes_the_expired_only,
        an_expiry_can_be_moved,
        a_batch_takes_what_expired_documents_had,
        a_refused_batch_removes_nothing_that_has_expired,
    }
    schedules {
        random_schedules_agree_with_the_model,
    }
    closing {
        after_close_everything_is_unavailable,
    }
}

/// A store on the engine under test, a clock that stands still, and repeatable randomness.
pub struct World {
    clock: MockClock,
    random: SeededRandom,
    store: Store,
    /// What the engine lives in; dropped after it.
    _keep: Box<dyn Any + Send + Sync>,
}

impl World {
    /// A world on that engine, which must be empty. `keep` is dropped with the world: a directory, a server.
    pub async fn new(engine: Arc<dyn Engine>, keep: impl Any + Send + Sync) -> Self {
        let clock = MockClock::default();
        let store = Store::new(engine, clock.clone());
        store.ensure(documents::SCHEMAS).await.unwrap();
        Self { clock, random: SeededRandom::new(1), store, _keep: Box::new(keep) }
    }

    /// An id for an owner.
    fn owner(&self) -> OwnerId {
        OwnerId::generate_unsharded(self.clock.now(), &self.random)
    }

    /// A note of that owner, a second after the last one.
    fn note(&self, owner: OwnerId, rank: i64) -> Note {
        self.clock.advance(Duration::from_secs(1));
        Note { id: NoteId::generate(self.clock.now(), owner.shard(), &self.random), owner, rank, title: None }
    }

    /// A note that is stored already.
    async fn stored(&self, owner: OwnerId, rank: i64) -> Note {
        let note = self.note(owner, rank);
        self.store.collection().insert(&note).await.unwrap();
        note
    }
}
