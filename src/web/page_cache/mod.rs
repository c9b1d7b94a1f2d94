//! The public pages, rendered once for each change of what they show and answered from memory.
//!
//! A page that is the same for everybody is kept with two conditions: the count of public changes under which it was read
//! ([`revision`]), and the instant at which its words change by time alone (a deadline, a minute of the time that is left, midnight). While
//! both hold, a request reads neither the database nor renders anything. Where one does not, one request renders the page again and the
//! others wait for it.
//!
//! Nothing personal can get in: what renders is given the service and no request, so it knows no cookie, token or form.

mod encoding;
mod revision;
mod stored;

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use tokio::sync::Mutex;

use crate::{
    domain::id::{MeetingId, QuestionId},
    service::{Service, ServiceError},
    web::{Answer, AppState, executor::Lane},
};

use revision::PublicRevision;
pub use stored::{Rendered, Stored, Until};

/// How many pages are kept at most, however small they are.
const MAX_PAGES: usize = 10_000;

/// A page that is the same for everybody, by everything that it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// The first page.
    Home,
    /// The list of meetings.
    Meetings,
    /// A meeting's page.
    Meeting(MeetingId),
    /// A meeting's public screen.
    Screen(MeetingId),
    /// The latest questions and answers.
    Questions,
    /// Those before a question.
    QuestionsBefore(QuestionId),
    /// The rule in plain words.
    StandingOrder,
    /// The accessibility statement.
    Accessibility,
    /// The privacy notice.
    Privacy,
    /// The notice about cookies.
    Cookies,
    /// How to reach the council.
    Contact,
    /// The reference of the API.
    ApiReference,
    /// What the API's problems mean.
    Problems,
    /// What one of them means.
    Problem(&'static str),
    /// The API's first page of meetings to come.
    ApiComingMeetings,
    /// The API's first page of past meetings.
    ApiPastMeetings,
    /// The API's meeting.
    ApiMeeting(MeetingId),
    /// The API's first page of questions that were put: of all, or at one meeting.
    ApiQuestions(Option<MeetingId>),
}

/// The pages that are kept in memory.
pub struct PageCache {
    revision: PublicRevision,
    kept: RwLock<Kept>,
    max_bytes: usize,
    /// Counts lookups that rendered, to tell which page was used last.
    clock: AtomicU64,
    renders: AtomicU64,
}

#[derive(Default)]
struct Kept {
    slots: HashMap<Key, Arc<Slot>>,
    bytes: usize,
}

/// The place of one page.
#[derive(Default)]
struct Slot {
    page: RwLock<Option<Arc<Stored>>>,
    /// Whoever renders it.
    turn: Arc<Mutex<()>>,
    used: AtomicU64,
}

impl Slot {
    fn page(&self) -> Option<Arc<Stored>> {
        self.page
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn current(&self, revision: i64, now: DateTime<Utc>) -> Option<Arc<Stored>> {
        let page = self.page.read().unwrap_or_else(PoisonError::into_inner);
        page.as_ref()
            .filter(|page| page.holds(revision, now))
            .cloned()
    }
}

impl PageCache {
    /// Creates an empty cache.
    pub fn new(service: &Service) -> Self {
        let settings = &service.settings;
        Self {
            revision: PublicRevision::follow(&service.store, settings.live.poll_interval),
            kept: RwLock::default(),
            max_bytes: settings.server.page_cache_bytes,
            clock: AtomicU64::new(1),
            renders: AtomicU64::new(0),
        }
    }

    /// Returns how many times a page was rendered.
    pub fn renders(&self) -> u64 {
        self.renders.load(Ordering::Relaxed)
    }

    /// Returns how many pages are kept, and their size in bytes.
    pub fn size(&self) -> (usize, usize) {
        let kept = self.kept();
        (kept.slots.len(), kept.bytes)
    }

    fn kept(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, key: Key, revision: i64, now: DateTime<Utc>) -> Option<Arc<Stored>> {
        let kept = self.kept();
        let slot = kept.slots.get(&key)?;
        let used = self.clock.load(Ordering::Relaxed);
        // written once between two renderings and not for every request: two processors would pass it to and fro
        if slot.used.load(Ordering::Relaxed) != used {
            slot.used.store(used, Ordering::Relaxed);
        }
        slot.current(revision, now)
    }

    fn slot(&self, key: Key) -> Arc<Slot> {
        self.change().slots.entry(key).or_default().clone()
    }

    /// Renders a page and keeps it. The count is taken before anything is read, so that what is read is at least as new as it.
    fn render(
        &self,
        state: &AppState,
        key: Key,
        slot: &Arc<Slot>,
        render: impl FnOnce(&AppState) -> Result<Rendered, ServiceError>,
    ) -> Result<Arc<Stored>, ServiceError> {
        let revision = self.revision.latest();
        let now = state.service.now();
        self.renders.fetch_add(1, Ordering::Relaxed);
        let rendered = render(state)?;
        let keep = rendered.is_kept();
        let page = Arc::new(Stored::new(rendered, revision, now, slot.page().as_deref()));
        if keep && page.bytes() <= self.max_bytes / 4 {
            self.keep(key, slot, page.clone());
        }
        Ok(page)
    }

    fn keep(&self, key: Key, slot: &Arc<Slot>, page: Arc<Stored>) {
        let mut kept = self.change();
        slot.used.store(
            self.clock.fetch_add(1, Ordering::Relaxed) + 1,
            Ordering::Relaxed,
        );
        // it may have been removed while it was rendered
        let before = kept.slots.insert(key, slot.clone());
        kept.bytes -= before
            .and_then(|slot| slot.page())
            .map_or(0, |page| page.bytes());
        kept.bytes += page.bytes();
        *slot.page.write().unwrap_or_else(PoisonError::into_inner) = Some(page);
        while kept.bytes > self.max_bytes || kept.slots.len() > MAX_PAGES {
            let oldest = kept
                .slots
                .iter()
                .filter(|(other, _)| **other != key)
                .min_by_key(|(_, slot)| slot.used.load(Ordering::Relaxed))
                .map(|(oldest, _)| *oldest);
            let Some(removed) = oldest.and_then(|oldest| kept.slots.remove(&oldest)) else {
                break;
            };
            kept.bytes -= removed.page().map_or(0, |page| page.bytes());
        }
    }

    /// Gives back the place of a page that does not exist or is not kept, so that addresses that strangers invent leave nothing behind.
    fn forget_empty(&self, key: Key) {
        let mut kept = self.change();
        if kept
            .slots
            .get(&key)
            .is_some_and(|slot| slot.page().is_none())
        {
            kept.slots.remove(&key);
        }
    }
}

/// Returns a page as it is now: from memory, or rendered by this request or by another that asked for the same page. What is rendered
/// goes on, and is kept, where whoever asked hangs up.
///
/// # Errors
/// Those of the rendering; [`ServiceError::Busy`] and [`ServiceError::Unavailable`] where the database does not answer.
pub async fn page<F>(
    state: &web::Data<AppState>,
    key: Key,
    render: F,
) -> Result<Arc<Stored>, ServiceError>
where
    F: FnOnce(&AppState) -> Result<Rendered, ServiceError> + Send + 'static,
{
    let cache = &state.pages;
    let revision = cache.revision.current().await?;
    if let Some(found) = cache.found(key, revision, state.service.now()) {
        return Ok(found);
    }
    let slot = cache.slot(key);
    let turn = slot.turn.clone().lock_owned().await;
    if let Some(found) = slot.current(revision, state.service.now()) {
        return Ok(found);
    }
    let shared = state.clone();
    let outcome = state
        .run(Lane::Reads, move |_| {
            let _until_it_is_kept = turn;
            let rendered = shared.pages.render(&shared, key, &slot, render);
            shared.pages.forget_empty(key);
            rendered
        })
        .await;
    if outcome.is_err() {
        cache.forget_empty(key);
    }
    outcome
}

/// Answers a request for a page that is the same for everybody.
///
/// # Errors
/// Those of [`page`].
pub async fn answer<F>(
    request: &HttpRequest,
    state: &web::Data<AppState>,
    key: Key,
    render: F,
) -> Answer
where
    F: FnOnce(&AppState) -> Result<Rendered, ServiceError> + Send + 'static,
{
    let page = page(state, key, render).await?;
    Ok(stored_answer(request, &page))
}

fn stored_answer(request: &HttpRequest, page: &Stored) -> HttpResponse {
    page.answer(request.headers())
}
