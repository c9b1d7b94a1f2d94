//! The worker that keeps the outbox empty, beside the server and in the same process.
//!
//! It looks every few seconds, and at once when a [`Bell`] is rung. A lost ring costs those few seconds and no letter. Told to
//! stop, it takes no further letters and finishes those under way.

use std::{mem::take, sync::Arc};

use tokio::{
    sync::Notify,
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::service::{
    Service,
    deliver_outbox::{Attempted, Postman, attempt, settle_and_claim, write_due_letters},
};

/// Tells the worker that there may be letters. Rung after the act has been committed; cheap, and cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// There may be letters.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// Starts the worker. The handle ends once `stop` is cancelled and the letters under way are settled.
pub fn spawn(
    service: Service,
    postman: Arc<dyn Postman>,
    bell: Bell,
    stop: CancellationToken,
) -> JoinHandle<()> {
    // Every start is another worker: what an earlier one held is free only when its lease is over.
    let name = format!("worker-{:016x}", rand::random::<u64>());
    tokio::spawn(run(service, postman, bell, stop, name))
}

async fn run(
    service: Service,
    postman: Arc<dyn Postman>,
    bell: Bell,
    stop: CancellationToken,
    name: String,
) {
    let most = service.settings.outbox.concurrency.max(1);
    let mut ticks = interval(service.settings.outbox.poll_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    let mut attempted: Vec<Attempted> = Vec::new();
    while !stop.is_cancelled() {
        // what came to an end while the last letters were claimed is settled together
        while let Some(ended) = under_way.try_join_next() {
            attempted.extend(ended);
        }
        let free = most.saturating_sub(under_way.len());
        if free > 0 {
            let wanted = u32::try_from(free).unwrap_or(u32::MAX);
            match settle_and_claim(&service, &name, take(&mut attempted), wanted).await {
                Ok((_, claimed)) => {
                    for letter in claimed {
                        let (service, postman) = (service.clone(), Arc::clone(&postman));
                        under_way.spawn(async move { attempt(&service, &*postman, letter).await });
                    }
                }
                // what was not settled is free again when its lease is over
                Err(error) => tracing::warn!(%error, "the outbox could not be read"),
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = bell.0.notified(), if under_way.len() < most => {}
            _ = ticks.tick() => {
                if let Err(error) = write_due_letters(&service).await {
                    tracing::warn!(%error, "the digest for the officers could not be written");
                }
            }
            // a place is free, and more letters may be due
            Some(ended) = under_way.join_next() => attempted.extend(ended),
        }
    }
    while let Some(ended) = under_way.join_next().await {
        attempted.extend(ended);
    }
    if !attempted.is_empty()
        && settle_and_claim(&service, &name, attempted, 0)
            .await
            .is_err()
    {
        tracing::warn!("letters that were handed over could not be settled and may be sent again");
    }
}
