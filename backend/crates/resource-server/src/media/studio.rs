//! Where pictures are made: a few benches (threads of their own), a queue before them, the disk and the addresses.
//!
//! A picture takes a second of a processor and up to a few hundred megabytes, so only so many are made at once, and
//! whoever finds the queue full is told to come back before anything of the upload is read.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use std::{io, thread};

use httpkit::services::Services;
use httpkit::{Error, Kind, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::disk::Disk;
use super::links::Links;
use super::picture::{self, Developed};
use super::refusal::Refusal;
use crate::threads::{self, Work};

/// How many uploads may be under way at once for each picture being made: about a minute's work. They wait on disk.
const QUEUE: usize = 64;

/// How much of a file is read to find its size: more than the longest header that a camera writes before it.
const HEADER: u64 = 1024 * 1024;

/// Makes, keeps and addresses pictures.
#[derive(Debug)]
pub(crate) struct Studio {
    benches: Sender<Work>,
    queue: Arc<Semaphore>,
    max_pixels: u64,
    sides: Arc<[u32]>,
    disk: Disk,
    links: Links,
}

/// A place in the studio's queue; given back when dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    #[expect(dead_code, reason = "held, not read: the place is free again when it is dropped")]
    place: OwnedSemaphorePermit,
}

impl Studio {
    /// A studio with as many benches as there are processors but one, at least one.
    ///
    /// # Errors
    /// What the file system says of the pictures' directory.
    pub(crate) fn new(services: &Services) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1);
        // Unbounded, since what may wait is bounded by the places in the queue and by the jobs that run at once.
        let (benches, waiting) = channel();
        threads::start("pictures", count, waiting);
        let settings = &services.settings;
        Ok(Self {
            benches,
            queue: Arc::new(Semaphore::new(count * QUEUE)),
            max_pixels: settings.media.max_pixels,
            sides: settings.media.sizes.as_slice().into(),
            disk: Disk::open(&settings.data, services.clock.now())?,
            links: Links::new(
                settings.origin_text(),
                settings.public_reading,
                &services.secrets.derive(Links::PURPOSE),
            ),
        })
    }

    /// Whether there is a place in the queue at this moment: to be asked before an upload is received. Who receives it slowly
    /// keeps nobody out: a place is only taken for what is here.
    ///
    /// # Errors
    /// As [`Studio::enter`].
    pub(crate) fn look_in(&self) -> Result<()> {
        self.enter().map(drop)
    }

    /// A place in the queue.
    ///
    /// # Errors
    /// 503 `studio_busy` with `Retry-After` where there is none.
    pub(crate) fn enter(&self) -> Result<Ticket> {
        let place = Arc::clone(&self.queue).try_acquire_owned();
        place.map(|place| Ticket { place }).map_err(|_| {
            Error::new(
                Kind::Unavailable,
                "studio_busy",
                "Too many photos are being prepared just now. Try again in a moment",
            )
            .retry_after(Duration::from_secs(5))
        })
    }

    /// The addresses of pictures.
    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// Where the files are.
    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Makes the sizes of the upload in `folder` and writes them, when a bench is free. Durable
    /// when it returns. Doing it again does it over.
    ///
    /// # Errors
    /// [`Refusal`]: [`Refusal::Failed`] where it was not the picture's fault.
    pub(super) async fn develop(&self, folder: String) -> Result<Developed, Refusal> {
        let (disk, sides, max_pixels) = (self.disk.clone(), Arc::clone(&self.sides), self.max_pixels);
        let work = move || {
            let upload = disk.read_upload(&folder).map_err(failed)?;
            let developed = picture::develop(&upload, max_pixels, &sides)?;
            let sizes = developed.sizes.iter().map(|size| (size.side, size.bytes.as_slice()));
            disk.write_sizes(&folder, sizes).map_err(failed)?;
            Ok(developed)
        };
        let (reply, answer) = oneshot::channel();
        // Done to the end even if nobody waits for it: what is on disk is finished.
        let work: Work = Box::new(move || drop(reply.send(work())));
        self.benches.send(work).map_err(|_| Refusal::Failed("the studio is closed".to_owned()))?;
        // A panic in a decoder is the picture's fault and not the end of the server.
        answer.await.unwrap_or_else(|_| Err(Refusal::Broken("the decoder gave up".to_owned())))
    }

    /// Judges the beginning of an upload, so that who sends far too many pixels hears so at once, not after the queue. What
    /// the beginning alone does not tell is left to [`Studio::develop`].
    ///
    /// # Errors
    /// [`Refusal`] for too many pixels.
    pub(super) async fn inspect(&self, upload: PathBuf) -> Result<(), Refusal> {
        let max_pixels = self.max_pixels;
        let inspected = tokio::task::spawn_blocking(move || {
            let mut beginning = Vec::new();
            File::open(upload).and_then(|file| file.take(HEADER).read_to_end(&mut beginning)).map_err(failed)?;
            match picture::inspect(&beginning, max_pixels) {
                Err(refusal @ Refusal::TooManyPixels { .. }) => Err(refusal),
                Ok(_) | Err(_) => Ok(()),
            }
        });
        inspected.await.unwrap_or_else(|error| Err(Refusal::Broken(format!("the decoder gave up: {error}"))))
    }
}

fn failed(error: io::Error) -> Refusal {
    Refusal::Failed(error.to_string())
}
