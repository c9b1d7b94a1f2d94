//! The network between a browser and the service: slow, dead without a word, or with a proxy that holds streams back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

#[derive(Default)]
struct Conditions {
    delay_ms: AtomicU64,
    /// Grows when the network dies: what was open then never says anything again, as when an address was given to somebody else.
    deaths: AtomicU64,
    dead: AtomicBool,
    holds_streams: AtomicBool,
}

/// A wire that passes bytes on, as it is told.
pub struct Wire {
    /// Where the browser connects.
    pub address: String,
    conditions: Arc<Conditions>,
}

impl Wire {
    /// A wire to the service at this address.
    pub async fn to(address: &str) -> Self {
        let target = address.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let conditions = Arc::new(Conditions::default());
        let told = conditions.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, target.clone(), told.clone()));
            }
        });
        Self {
            address,
            conditions,
        }
    }

    /// Each direction takes so long.
    pub fn delays(&self, by: Duration) {
        let milliseconds = u64::try_from(by.as_millis()).expect("a short time");
        self.conditions
            .delay_ms
            .store(milliseconds, Ordering::SeqCst);
    }

    /// Swallows everything from now on, without closing anything.
    pub fn dies(&self) {
        self.conditions.dead.store(true, Ordering::SeqCst);
        self.conditions.deaths.fetch_add(1, Ordering::SeqCst);
    }

    /// New connections work again.
    pub fn lives(&self) {
        self.conditions.dead.store(false, Ordering::SeqCst);
    }

    /// Whether streams of events are held back, and all else passed on.
    pub fn holds_streams(&self, holds: bool) {
        self.conditions.holds_streams.store(holds, Ordering::SeqCst);
    }
}

async fn carry(near: TcpStream, target: String, conditions: Arc<Conditions>) {
    let born = conditions.deaths.load(Ordering::SeqCst);
    let born_dead = conditions.dead.load(Ordering::SeqCst);
    let Ok(far) = TcpStream::connect(target).await else {
        return;
    };
    for stream in [&near, &far] {
        stream.set_nodelay(true).expect("an open socket");
    }
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let passes = {
        let conditions = conditions.clone();
        move || !born_dead && conditions.deaths.load(Ordering::SeqCst) == born
    };
    let there = pump(near_in, far_out, conditions.clone(), passes.clone(), false);
    let back = pump(far_in, near_out, conditions, passes, true);
    tokio::join!(there, back);
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    conditions: Arc<Conditions>,
    passes: impl Fn() -> bool,
    answers: bool,
) {
    let (queue, mut queued) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async {
        let mut bytes = vec![0; 65_536];
        let mut held = false;
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            let chunk = &bytes[..count];
            held |= answers
                && conditions.holds_streams.load(Ordering::SeqCst)
                && chunk.windows(17).any(|part| part == b"text/event-stream");
            if passes() && !held {
                let delay = Duration::from_millis(conditions.delay_ms.load(Ordering::SeqCst));
                if queue.send((moment() + delay, chunk.to_vec())).is_err() {
                    return;
                }
            }
        }
        // a connection that is dead does not even say that it was closed
        if !passes() {
            std::future::pending::<()>().await;
        }
        drop(queue);
    };
    let write = async {
        while let Some((due, chunk)) = queued.recv().await {
            sleep_until(due).await;
            if passes() && to.write_all(&chunk).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

#[allow(
    clippy::disallowed_methods,
    reason = "how slow a wire is, is a measurement"
)]
fn moment() -> Instant {
    Instant::now()
}
