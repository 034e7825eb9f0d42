//! Many machines count together in a real Redis server, which each test starts for itself.

#![expect(clippy::unwrap_used, reason = "a test stops where it breaks")]

mod behaviours;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use httpkit::limits::{CountsTime, Limit, Limiter, SharedCounts};
use httpkit::settings::Settings;
use store::MockClock;

use crate::behaviours::{Place, behave};

/// Free ports below the range from which the system takes those of connections.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A Redis server, stopped when it is dropped.
struct Redis {
    process: Child,
    port: u16,
    /// Kept open, since it goes on writing.
    _log: BufReader<ChildStdout>,
}

impl Redis {
    fn start() -> Self {
        let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let begin = PORTS.start + u16::try_from(std::process::id() % 8_000).unwrap();
        for port in (begin..PORTS.end).filter(free) {
            if let Some(server) = Self::start_on(port) {
                return server;
            }
        }
        panic!("no free port for redis-server");
    }

    /// None when somebody else was faster on that port.
    fn start_on(port: u16) -> Option<Self> {
        let mut process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("redis-server is installed (Debian: apt-get install redis-server)");
        let mut log = BufReader::new(process.stdout.take().expect("it is piped"));
        let is_ready =
            log.by_ref().lines().map_while(Result::ok).any(|line| line.contains("Ready to accept connections"));
        if is_ready {
            return Some(Self { process, port, _log: log });
        }
        process.wait().expect("it has closed its log, so it ends");
        None
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

struct InRedis {
    server: Redis,
    clock: MockClock,
}

impl Place for InRedis {
    fn new() -> Self {
        Self { server: Redis::start(), clock: MockClock::default() }
    }

    fn limiter(&self) -> Limiter {
        let uri = format!("redis://127.0.0.1:{}", self.server.port);
        let clock = Arc::new(self.clock.clone());
        let counts = SharedCounts::open(&uri, b"key", clock.clone(), CountsTime::OfTheProcess).unwrap();
        Limiter::shared(Settings::defaults().limits, clock, counts)
    }

    fn clock(&self) -> &MockClock {
        &self.clock
    }
}

behave!(InRedis);

#[tokio::test]
async fn machines_count_together_by_the_clock_of_redis() {
    let server = Redis::start();
    let uri = format!("redis://127.0.0.1:{}", server.port);
    // Their clocks are far apart, and it does not matter.
    let machine = |milliseconds| {
        let clock = Arc::new(MockClock::default());
        clock.set(store::Time::from_millis(milliseconds));
        let counts = SharedCounts::open(&uri, b"key", clock.clone(), CountsTime::OfRedis).unwrap();
        Limiter::shared(Settings::defaults().limits, clock, counts)
    };
    let machines = [machine(1_000), machine(4_000_000_000_000)];
    for _ in 0..5 {
        for limits in &machines {
            limits.subject(Limit::Login, "asha").await.unwrap();
        }
    }
    for limits in &machines {
        limits.subject(Limit::Login, "asha").await.unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_and_comes_back_under_load_stops_nobody() {
    let mut place = InRedis::new();
    let (limits, counted, stop) = (place.limiter(), place.limiter(), Arc::new(AtomicBool::new(false)));
    let crowd: Vec<_> = (0..8)
        .map(|person| {
            let (limits, stop) = (limits.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut admitted = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    // A name of its own each time: whatever is refused here would be refused without cause.
                    limits.subject(Limit::Login, &format!("{person}-{admitted}")).await.unwrap();
                    admitted += 1;
                    tokio::task::yield_now().await;
                }
                admitted
            })
        })
        .collect();
    counted.subject(Limit::Login, "asha").await.unwrap();
    place.server.kill();
    // In this process asha has a whole burst again: it counts, and it still limits.
    for _ in 0..10 {
        limits.subject(Limit::Login, "asha").await.unwrap();
    }
    limits.subject(Limit::Login, "asha").await.unwrap_err();

    place.server = Redis::start_on(place.server.port).expect("its port is still free");
    assert!(count_together_again(&place, &limits, &counted).await, "they never found it again");
    stop.store(true, Ordering::Relaxed);
    for person in crowd {
        assert!(person.await.unwrap() > 0);
    }
}

/// Whether what one machine counts is seen by the other one, after some tries: the first finds the old connection broken.
async fn count_together_again(place: &InRedis, one: &Limiter, other: &Limiter) -> bool {
    for round in 0..100 {
        place.clock.advance(Duration::from_secs(2));
        let name = format!("bilal-{round}");
        for _ in 0..10 {
            one.subject(Limit::Login, &name).await.unwrap();
        }
        if other.subject(Limit::Login, &name).await.is_err() {
            return true;
        }
    }
    false
}
