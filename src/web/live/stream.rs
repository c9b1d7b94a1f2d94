//! A channel as server-sent events.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_web::{
    HttpResponse,
    http::header::{self, ContentEncoding},
    web::{self, Bytes},
};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;

use crate::{
    config,
    service::ServiceError,
    web::{Answer, AppState, Failure},
};

/// After how long a browser that lost a stream is asked to come back, if its own script does not see to it.
const COME_BACK_AFTER_MS: u32 = 1000;

/// Streams that heard the same event would all beat at one instant, and in the way of the next event. In so many groups, each
/// a little sooner than the one before, they don't, and the processor is not woken for each alone.
const BEATING_GROUPS: u8 = 16;

/// What is sent of one change: the data alone, and the whole event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// JSON, on one line.
    pub data: Bytes,
    /// The event as it goes over the wire.
    pub frame: Bytes,
}

impl Sent {
    /// An event called `state`. Its id is the number of the meeting's last event.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] where the state has no JSON form.
    pub fn state(revision: i32, state: &impl Serialize) -> Result<Self, ServiceError> {
        // serde_json escapes line breaks, so the data is one line whatever was typed
        let data = serde_json::to_string(state)
            .map_err(|_| ServiceError::Internal("a state has no JSON form".to_owned()))?;
        let frame = format!("id: {revision}\nevent: state\ndata: {data}\n\n");
        Ok(Self {
            data: data.into(),
            frame: frame.into(),
        })
    }
}

/// Who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// Anybody, of whom nothing is known but an address.
    Public,
    /// A member of staff who is signed in, a program or a display with its token.
    Staff,
}

/// An address may always have so many of the places that are left: a household, or the phones of one family in the room.
const OF_ONE_HOUSEHOLD: usize = 20;

/// Beyond that, an address may have so large a part of the places that are left. Ten addresses then take no more than two thirds of all,
/// and it takes more than fifty to take all.
const PART_OF_WHAT_IS_LEFT: usize = 10;

/// How many streams are open: in all, of the public's, and from each address.
#[derive(Debug, Default)]
pub struct Places(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    public: usize,
    of: HashMap<(Viewer, IpAddr), usize>,
}

/// One of the places; it is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    viewer: Viewer,
    client: IpAddr,
}

impl Places {
    /// Takes a place.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] where the node has no more; [`Failure::TooMany`] where this address has no more.
    pub fn take(
        self: &Arc<Self>,
        viewer: Viewer,
        client: IpAddr,
        settings: &config::Live,
    ) -> Result<Place, Failure> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = match viewer {
            Viewer::Staff => settings.streams.saturating_sub(taken.all),
            Viewer::Public => settings
                .streams
                .saturating_sub(settings.streams_for_staff)
                .saturating_sub(taken.public)
                .min(settings.streams.saturating_sub(taken.all)),
        };
        if left == 0 {
            return Err(ServiceError::Busy.into());
        }
        let most = match viewer {
            Viewer::Staff => settings.streams_per_address,
            Viewer::Public => (left / PART_OF_WHAT_IS_LEFT)
                .max(OF_ONE_HOUSEHOLD)
                .min(settings.streams_per_address),
        };
        let of_client = taken.of.entry((viewer, client)).or_default();
        if *of_client >= most {
            return Err(Failure::TooMany(settings.beat));
        }
        *of_client += 1;
        taken.all += 1;
        if viewer == Viewer::Public {
            taken.public += 1;
        }
        Ok(Place {
            places: Arc::clone(self),
            viewer,
            client,
        })
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if self.viewer == Viewer::Public {
            taken.public -= 1;
        }
        let whose = (self.viewer, self.client);
        if let Some(count) = taken.of.get_mut(&whose) {
            *count -= 1;
            if *count == 0 {
                taken.of.remove(&whose);
            }
        }
    }
}

/// What time it is, and how often that is said: the first thing on a stream, and all that is on it while nothing happens.
fn time(state: &AppState, beat: Duration) -> String {
    let data = json!({
        "now": state.service.steady_now().timestamp_millis(),
        "beat": u64::try_from(beat.as_millis()).unwrap_or(u64::MAX),
    });
    format!("event: time\ndata: {data}\n\n")
}

/// Answers with a channel's present value and every later one, and the time after each silence of at most a beat. It ends when the
/// channel does.
///
/// # Errors
/// Where no place is left.
pub fn open<T: Send + Sync + 'static>(
    state: &web::Data<AppState>,
    viewer: Viewer,
    client: IpAddr,
    mut channel: watch::Receiver<Arc<T>>,
    frame: impl Fn(&T) -> Bytes + 'static,
) -> Answer {
    let settings = &state.service.settings.live;
    let beat = settings.beat;
    let place = state.live.places().take(viewer, client, settings)?;
    let patience = beat.mul_f64(1.0 - f64::from(rand::random_range(0..BEATING_GROUPS)) / 64.0);
    let first = {
        let now = channel.borrow_and_update();
        let time = time(state, beat);
        let mut bytes = format!("retry: {COME_BACK_AFTER_MS}\n{time}").into_bytes();
        bytes.extend_from_slice(&frame(&now));
        Bytes::from(bytes)
    };
    let state = state.clone();
    let later = stream::unfold(
        (channel, state, frame, place, Some(first)),
        move |(mut channel, state, frame, place, first)| async move {
            let bytes = match first {
                Some(bytes) => bytes,
                None => match tokio::time::timeout(patience, channel.changed()).await {
                    Ok(Ok(())) => frame(&channel.borrow_and_update()),
                    Ok(Err(_)) => return None,
                    Err(_) => Bytes::from(time(&state, beat)),
                },
            };
            Some((
                Ok::<_, Failure>(bytes),
                (channel, state, frame, place, None),
            ))
        },
    );
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        // nginx and those that follow it hold an answer back unless they are told not to
        .insert_header(("X-Accel-Buffering", "no"))
        // compressing would hold events back too
        .insert_header(ContentEncoding::Identity)
        .streaming(later))
}
