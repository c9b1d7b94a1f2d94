//! What one submission costs inside: statements, and waits for the disk. The acts run in this process, where they can be counted.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Instant,
};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use public_question_time::{
    domain::question::Channel,
    mail::MemoryPostman,
    service::{
        actor::Acting,
        deliver_outbox::deliver_once,
        submit_question::{self, Submission},
    },
};

use super::corpus::{Corpus, typed};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static COUNTING: AtomicBool = AtomicBool::new(false);

fn count(event: InstrumentationEvent<'_>) {
    if COUNTING.load(Ordering::Relaxed) && matches!(event, InstrumentationEvent::StartQuery { .. })
    {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
    }
}

/// Prints what a submission costs: alone, and with 64 at a time.
///
/// # Errors
/// Where an act of the service fails.
pub fn print(folder: &Path) -> anyhow::Result<()> {
    set_default_instrumentation(|| Some(Box::new(count) as Box<dyn Instrumentation>))?;
    let corpus = Corpus::sqlite(&folder.join("cost.sqlite3"), 500, 500)?;
    corpus_run(&corpus, 1, 20)?;
    COUNTING.store(true, Ordering::Relaxed);
    for (threads, each) in [(1, 200), (64, 20)] {
        STATEMENTS.store(0, Ordering::Relaxed);
        let (commits, begun) = (corpus.service.store.commits(), Instant::now());
        corpus_run(&corpus, threads, each)?;
        let submissions = (threads * each) as f64;
        println!(
            "  {threads:>2} at a time: {:.1} statements; {:.2} waits for the disk; {:.2} ms",
            STATEMENTS.load(Ordering::Relaxed) as f64 / submissions,
            (corpus.service.store.commits() - commits) as f64 / submissions,
            1_000.0 * begun.elapsed().as_secs_f64() / submissions,
        );
    }
    let waiting = corpus.letters_waiting()? as f64;
    STATEMENTS.store(0, Ordering::Relaxed);
    let commits = corpus.service.store.commits();
    let postman = MemoryPostman::new(&corpus.service.settings);
    // in a thread of its own, since this one is inside a runtime
    let letters = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                runtime
                    .block_on(deliver_once(&corpus.service, &postman, "benchmark", 200))
                    .map_err(anyhow::Error::from)
            })
            .join()
            .map_err(|_| anyhow::anyhow!("the delivery panicked"))
    })??;
    let sent = f64::from(letters.sent.max(1));
    println!(
        "  a letter, one after another: {:.1} statements, {:.2} waits for the disk ({waiting:.0} waited)",
        STATEMENTS.load(Ordering::Relaxed) as f64 / sent,
        (corpus.service.store.commits() - commits) as f64 / sent,
    );
    COUNTING.store(false, Ordering::Relaxed);
    Ok(())
}

fn corpus_run(corpus: &Corpus, threads: usize, each: usize) -> anyhow::Result<()> {
    let service = &corpus.service;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..each {
                        let submission = Submission {
                            meeting: corpus.meeting,
                            typed: typed(corpus.next_person()),
                            channel: Channel::Api,
                            received_at: service.now(),
                            draft: None,
                            carried_from: None,
                            idempotency_key: None,
                            exceptions: Vec::new(),
                        };
                        let anybody = Acting::questioner(None);
                        submit_question::submit(service, &anybody, &submission)?;
                    }
                    Ok::<_, anyhow::Error>(())
                })
            })
            .collect();
        for thread in threads {
            thread
                .join()
                .map_err(|_| anyhow::anyhow!("a client panicked"))??;
        }
        Ok(())
    })
}
