//! Watching the meetings that anybody looks at.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use tokio::{
    sync::{Notify, watch},
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    screen::PublicScreen,
    stream::{Places, Sent},
};
use crate::{
    domain::id::MeetingId,
    service::{Service, ServiceError, question_time},
    store::live::{self, Mark},
    web::{
        api,
        executor::{Executor, Lane},
    },
};

/// At least this long between two looks at the database, so that a rush of requests is one look and not a thousand.
const BREATH: Duration = Duration::from_millis(20);

/// What the public screen shows.
#[derive(Debug, PartialEq)]
pub struct Seen {
    screen: PublicScreen,
    /// As it is sent.
    pub sent: Sent,
}

impl std::ops::Deref for Seen {
    type Target = Sent;

    fn deref(&self) -> &Sent {
        &self.sent
    }
}

/// Everything about a meeting, for those who may see it.
#[derive(Debug)]
pub struct Whole {
    mark: Mark,
    /// That there is something new, for the pages of staff, which then ask for themselves again.
    pub changed: Sent,
    /// Where question time stands, for programs of the chair and the proper officer.
    pub program: Sent,
    /// The same so far as it is published, for a room's display.
    pub published: Sent,
}

/// The data of the event that tells a page of staff to ask for itself again.
#[derive(Serialize)]
struct Changed<'a> {
    revision: i32,
    mark: &'a str,
}

/// The data of the event that the public screen draws.
#[derive(Serialize)]
struct Drawn<'a> {
    revision: i32,
    html: &'a str,
}

/// A meeting's channels.
#[derive(Debug, Clone)]
pub struct Watching {
    /// What the public may see. It changes only where that does.
    pub public: watch::Receiver<Arc<Seen>>,
    /// Everything.
    pub whole: watch::Receiver<Arc<Whole>>,
}

struct Channels {
    public: watch::Sender<Arc<Seen>>,
    whole: watch::Sender<Arc<Whole>>,
}

impl Channels {
    fn watching(&self) -> Watching {
        Watching {
            public: self.public.subscribe(),
            whole: self.whole.subscribe(),
        }
    }

    fn publish(&self, (seen, whole): (Seen, Whole)) {
        self.public.send_if_modified(|before| {
            let other = before.screen != seen.screen;
            if other {
                *before = Arc::new(seen);
            }
            other
        });
        self.whole.send_replace(Arc::new(whole));
    }

    fn is_watched(&self) -> bool {
        self.public.receiver_count() + self.whole.receiver_count() > 0
    }
}

/// The meetings that are watched on this node.
pub struct Live {
    service: Service,
    executor: Executor,
    /// None once the service stops: the channels are gone, and with them every stream.
    meetings: Mutex<Option<HashMap<MeetingId, Channels>>>,
    /// One look at a meeting that nobody watched yet, however many come at once.
    first_look: tokio::sync::Mutex<()>,
    bell: Notify,
    /// How often the bell was rung.
    rung: AtomicU64,
    /// How many of those rings have been looked after.
    answered: watch::Sender<u64>,
    places: Arc<Places>,
}

impl Live {
    /// Nobody watches yet.
    pub fn new(service: Service, executor: Executor) -> Self {
        Self {
            service,
            executor,
            meetings: Mutex::new(Some(HashMap::new())),
            first_look: tokio::sync::Mutex::default(),
            bell: Notify::new(),
            rung: AtomicU64::new(0),
            answered: watch::Sender::new(0),
            places: Arc::default(),
        }
    }

    /// How many streams are open.
    pub fn places(&self) -> &Arc<Places> {
        &self.places
    }

    /// Whether anybody looked at a meeting lately.
    pub fn is_watched(&self, meeting: MeetingId) -> bool {
        self.meetings()
            .as_ref()
            .is_some_and(|meetings| meetings.contains_key(&meeting))
    }

    /// Something may have changed.
    pub fn ring(&self) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        self.bell.notify_one();
    }

    /// The channels of a meeting, which is watched from now on. They have whatever was rung for before.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], those of the store, and [`ServiceError::Busy`] while the service stops.
    pub async fn watch(&self, meeting: MeetingId) -> Result<Watching, ServiceError> {
        if let Some(watching) = self.watched(meeting)? {
            self.catch_up().await;
            return Ok(watching);
        }
        let _one_at_a_time = self.first_look.lock().await;
        if let Some(watching) = self.watched(meeting)? {
            return Ok(watching);
        }
        let (seen, whole) = self
            .executor
            .run(Lane::Screens, &self.service, move |service| {
                look(service, meeting)
            })
            .await?;
        let channels = Channels {
            public: watch::Sender::new(Arc::new(seen)),
            whole: watch::Sender::new(Arc::new(whole)),
        };
        let watching = channels.watching();
        self.meetings()
            .as_mut()
            .ok_or(ServiceError::Busy)?
            .insert(meeting, channels);
        Ok(watching)
    }

    /// Waits until every ring so far has been looked after; however many wait, it is one look.
    async fn catch_up(&self) {
        let rung = self.rung.load(Ordering::SeqCst);
        // the sender is ours, so it can't be gone
        let _ = self
            .answered
            .subscribe()
            .wait_for(|answered| *answered >= rung)
            .await;
    }

    fn meetings(&self) -> MutexGuard<'_, Option<HashMap<MeetingId, Channels>>> {
        self.meetings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watched(&self, meeting: MeetingId) -> Result<Option<Watching>, ServiceError> {
        match self.meetings().as_ref() {
            Some(meetings) => Ok(meetings.get(&meeting).map(Channels::watching)),
            None => Err(ServiceError::Busy),
        }
    }

    /// Watches until the service stops; then every stream ends.
    pub async fn run(&self, stopping: CancellationToken) {
        let mut ticks = interval(self.service.settings.live.poll_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.cancelled() => break,
                () = self.bell.notified() => {}
                _ = ticks.tick() => {}
            }
            let rung = self.rung.load(Ordering::SeqCst);
            // what nobody has watched since the last look is forgotten
            let watched: Vec<(MeetingId, Mark)> = match self.meetings().as_mut() {
                Some(meetings) => {
                    meetings.retain(|_, channels| channels.is_watched());
                    meetings
                        .iter()
                        .map(|(id, channels)| (*id, channels.whole.borrow().mark.clone()))
                        .collect()
                }
                None => break,
            };
            let nobody = watched.is_empty();
            if !nobody && let Err(error) = self.refresh(watched).await {
                // the streams go on and beat; the next look is soon
                tracing::warn!(%error, "the meetings that are watched could not be looked at");
            }
            self.answered.send_replace(rung);
            if !nobody {
                sleep(BREATH).await;
            }
        }
        *self.meetings() = None;
        self.answered.send_replace(u64::MAX);
    }

    async fn refresh(&self, watched: Vec<(MeetingId, Mark)>) -> Result<(), ServiceError> {
        let changed = self.executor.run(Lane::Screens, &self.service, move |service| {
            let ids: Vec<MeetingId> = watched.iter().map(|(id, _)| *id).collect();
            let marks = service
                .store
                .read(|db| Ok::<_, ServiceError>(live::marks(db, &ids)?))?;
            let mut changed = Vec::new();
            for ((id, before), now) in watched.into_iter().zip(marks) {
                if now.is_none_or(|now| now == before) {
                    continue;
                }
                match look(service, id) {
                    Ok(looked) => changed.push((id, looked)),
                    // the other meetings' screens are not to wait for this one
                    Err(error) => {
                        tracing::warn!(%error, meeting = %id, "a meeting could not be looked at")
                    }
                }
            }
            Ok(changed)
        })
        .await?;
        if let Some(meetings) = self.meetings().as_ref() {
            for (id, looked) in changed {
                if let Some(channels) = meetings.get(&id) {
                    channels.publish(looked);
                }
            }
        }
        Ok(())
    }
}

/// Reads a meeting once, for everybody who watches it.
fn look(service: &Service, meeting: MeetingId) -> Result<(Seen, Whole), ServiceError> {
    let (mark, view, published) = service.store.read(|db| {
        let view = question_time::look(service, db, meeting)?;
        let published = question_time::for_publication(service, view.clone());
        Ok::<_, ServiceError>((live::mark(db, meeting)?, view, published))
    })?;
    let revision = view.state.revision;
    let screen = PublicScreen::of(service, &published);
    let html = screen.html(service.steady_now())?;
    let seen = Seen {
        sent: Sent::state(
            revision,
            &Drawn {
                revision,
                html: &html,
            },
        )?,
        screen,
    };
    let whole = Whole {
        changed: Sent::state(
            revision,
            &Changed {
                revision,
                mark: mark.as_str(),
            },
        )?,
        published: Sent::state(
            revision,
            &api::question_time::QuestionTime::of(service, &published),
        )?,
        program: Sent::state(
            revision,
            &api::question_time::QuestionTime::of(service, &view),
        )?,
        mark,
    };
    Ok((seen, whole))
}
