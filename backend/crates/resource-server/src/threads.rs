//! Threads for work that is nothing but work (passwords, pictures): a few of their own, which stand back.
//!
//! A pool is dropped with its last sender, and its threads end then. How much may wait is decided by who sends.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

/// How far the threads stand back: far enough to be felt, not so far that nothing gets done on a busy machine.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Something to do.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// Starts `count` threads, called after `purpose`, that do what comes through `waiting`, until nothing can come any more.
pub(crate) fn start(purpose: &'static str, count: usize, waiting: Receiver<Work>) {
    let waiting = Arc::new(Mutex::new(waiting));
    for number in 1..=count {
        let waiting = Arc::clone(&waiting);
        std::thread::Builder::new()
            .name(format!("{purpose}-{number}"))
            .spawn(move || work_through(purpose, &waiting))
            .expect("a machine that cannot start a thread cannot run a server");
    }
}

fn work_through(purpose: &str, waiting: &Mutex<Receiver<Work>>) {
    step_back(purpose);
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // A panic costs its own request an answer, never the thread.
        let _ = std::panic::catch_unwind(AssertUnwindSafe(work));
    }
}

/// Lets threads that answer requests go first where there are not enough processors for all. On Linux a priority belongs
/// to the thread that asks for it; elsewhere it would be the whole process's, so it is left alone there.
fn step_back(purpose: &str) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "a thread for {purpose} runs like all others: {error}");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = purpose;
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc::{Sender, channel, sync_channel};

    use super::*;

    #[test]
    fn a_panic_ends_no_thread_and_the_last_sender_ends_all() {
        let (queue, waiting) = sync_channel::<Work>(2);
        start("tests", 1, waiting);
        let (told, heard) = channel();
        queue.send(Box::new(|| panic!("on purpose"))).unwrap();
        let teller = told.clone();
        queue.send(Box::new(move || teller.send("still here").unwrap())).unwrap();
        assert_eq!(heard.recv(), Ok("still here"));

        thread_local! {
            static KEPT: RefCell<Option<Sender<&'static str>>> = const { RefCell::new(None) };
        }
        queue.send(Box::new(move || drop(KEPT.replace(Some(told))))).unwrap();
        drop(queue);
        // What the thread keeps for itself goes when it ends.
        assert!(heard.recv().is_err());
    }
}
