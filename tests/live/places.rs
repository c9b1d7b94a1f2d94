//! Who may open a stream, how many may, and that nothing is left of one that is over.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use public_question_time::config;
use public_question_time::web::live::stream::{Places, Viewer};
use reqwest::Method;

use crate::app::Page;
use crate::evening;
use crate::events::Events;
use crate::watching::{
    BELL_ALONE, Chair, QUICK, ask, evening_with, open, public_path, staff_path, until,
};

#[tokio::test]
async fn there_are_so_many_places_and_no_more() {
    let (evening, _) = evening_with("[live]\nstreams = 2\nstreams_for_staff = 0", 0).await;
    let (path, browser) = (public_path(evening.meeting), evening.app.browser());
    let (first, _) = open(&browser, &path).await;
    let (_second, _) = open(&browser, &path).await;
    let refused = ask(&browser, &path).await;
    assert_eq!(refused.status(), 503);
    drop(first);
    until(&evening.app, "a place that is free again", |app| {
        app.state.live.places().taken() == 1
    })
    .await;
    open(&browser, &path).await;
}

#[tokio::test]
async fn whoever_takes_the_public_places_the_chair_and_the_rooms_screen_have_theirs() {
    let (evening, _) = evening_with("[live]\nstreams = 5\nstreams_for_staff = 2", 0).await;
    let (path, browser) = (public_path(evening.meeting), evening.app.browser());
    let mut strangers = Vec::new();
    for _ in 0..3 {
        strangers.push(open(&browser, &path).await);
    }
    assert_eq!(ask(&browser, &path).await.status(), 503);
    let chair = evening.app.sign_in_chair(evening.board).await;
    let program = format!("/api/v1/meetings/{}/question-time/stream", evening.meeting);
    let _screen = open(&chair, &staff_path(evening.meeting)).await;
    let _display = open(&chair, &program).await;
    // those are all
    assert_eq!(ask(&chair, &program).await.status(), 503);
}

#[test]
fn ten_addresses_cannot_take_all_places_and_a_meeting_room_has_enough() {
    let live = config::Live {
        poll_interval: Duration::from_millis(500),
        beat: Duration::from_secs(15),
        streams: 20_000,
        streams_per_address: 2_000,
        streams_for_staff: 500,
    };
    let places = Arc::new(Places::default());
    let mut taken = Vec::new();
    let mut take_all = |host: u8| {
        let client = IpAddr::from([203, 0, 113, host]);
        let before = taken.len();
        while let Ok(place) = places.take(Viewer::Public, client, &live) {
            taken.push(place);
        }
        taken.len() - before
    };
    let room = take_all(1);
    assert!(room > 1_500, "{room}");
    for host in 2..=10 {
        take_all(host);
    }
    let newcomer = take_all(11);
    assert!(newcomer > 500, "{newcomer}");
    // and there is one for whoever comes after fifty such addresses
    for host in 12..=50 {
        take_all(host);
    }
    assert!(take_all(51) >= 1);
    taken.clear();
    assert_eq!(places.taken(), 0);
}

#[tokio::test]
async fn one_address_has_so_many_places_and_no_more() {
    let (evening, _) = evening_with("[live]\nstreams_per_address = 1", 0).await;
    let (path, browser) = (public_path(evening.meeting), evening.app.browser());
    let (_only, _) = open(&browser, &path).await;
    let refused = ask(&browser, &path).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    // what it shows can still be asked for
    assert_eq!(browser.get(&format!("{path}/state")).await.status, 200);
}

#[tokio::test]
async fn a_stream_is_for_whoever_may_see_it() {
    let (evening, _) = evening_with("", 0).await;
    let anybody = evening.app.browser();
    let nowhere: public_question_time::domain::id::MeetingId = evening.app.service.new_id();
    for path in [public_path(nowhere), "/meetings/nonsense/live".to_owned()] {
        assert_eq!(anybody.get(&path).await.status, 404, "{path}");
        assert_eq!(anybody.get(&format!("{path}/state")).await.status, 404);
    }
    let other = evening::board(&evening.app, &evening.officer, "Corporate", "corporate");
    let other = evening.app.sign_in_chair(other).await;
    let chair = evening.app.sign_in_chair(evening.board).await;
    for path in [
        staff_path(evening.meeting),
        format!("{}/state", staff_path(evening.meeting)),
    ] {
        let sent_away = anybody.get(&path).await;
        assert_eq!(sent_away.status, 303, "{path}");
        assert!(sent_away.location().unwrap().starts_with("/staff/sign-in"));
        assert_eq!(other.get(&path).await.status, 403, "{path}");
    }
    assert_eq!(chair.get(&staff_path(nowhere)).await.status, 404);
    assert_eq!(evening.app.state.live.places().taken(), 0);
    open(&chair, &staff_path(evening.meeting)).await;
}

#[tokio::test]
async fn looking_at_the_head_alone_takes_no_place() {
    let (evening, _) = evening_with("", 0).await;
    let path = public_path(evening.meeting);
    let browser = evening.app.browser();
    for _ in 0..3 {
        let page = Page::of(&path, browser.request(Method::HEAD, &path)).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), "text/event-stream");
        assert_eq!(page.body, "");
        // the connection, which the client keeps, answers the next request
        assert_eq!(browser.get("/time").await.status, 200);
        assert_eq!(evening.app.state.live.places().taken(), 0);
    }
    // a head says of an ordinary page what it said before
    let page = Page::of("/", browser.request(Method::HEAD, "/")).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn when_the_service_stops_every_stream_ends_and_nobody_waits_for_it() {
    let (evening, _) = evening_with("", 0).await;
    let chair = evening.app.sign_in_chair(evening.board).await;
    let (public_at, staff_at) = (public_path(evening.meeting), staff_path(evening.meeting));
    let (mut public, _) = open(&evening.app.browser(), &public_at).await;
    let (mut staff, _) = open(&chair, &staff_at).await;
    // well under what requests under way are given
    let stop = tokio::time::timeout(Duration::from_secs(10), evening.app.stop());
    let (public, staff, stopped) = tokio::join!(public.rest(), staff.rest(), stop);
    stopped.expect("open streams hold nothing up");
    assert_eq!((public, staff), (vec![], vec![]));
    assert_eq!(evening.app.state.live.places().taken(), 0);
}

#[tokio::test]
async fn while_it_stops_no_stream_is_opened() {
    let (evening, _) = evening_with("", 0).await;
    let path = public_path(evening.meeting);
    let (mut events, _) = open(&evening.app.browser(), &path).await;
    evening.app.state.stopping.cancel();
    events.rest().await;
    assert_eq!(ask(&evening.app.browser(), &path).await.status(), 503);
}

#[tokio::test]
async fn a_meeting_that_nobody_looks_at_any_more_is_not_watched() {
    let (evening, _) = evening_with(QUICK, 0).await;
    let path = public_path(evening.meeting);
    assert!(!evening.app.state.live.is_watched(evening.meeting));
    let (first, _) = open(&evening.app.browser(), &path).await;
    let (second, _) = open(&evening.app.browser(), &path).await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(evening.app.state.live.is_watched(evening.meeting));
    drop(second);
    until(&evening.app, "nobody watches", |app| {
        app.state.live.places().taken() == 0 && !app.state.live.is_watched(evening.meeting)
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_is_not_read_holds_nobody_up() {
    let (evening, _) = evening_with(BELL_ALONE, 0).await;
    let chair = Chair::of(&evening);
    let path = public_path(evening.meeting);
    let mut deaf = Vec::new();
    for _ in 0..20 {
        deaf.push(ask(&evening.app.browser(), &path).await);
    }
    let (mut events, _) = open(&evening.app.browser(), &path).await;
    for event in ["opened", "adjourned", "resumed"] {
        chair.just(event).await;
        events.state().await;
    }
    // who reads at last ends with the present state
    let mut late = Events::of(deaf.pop().unwrap());
    while late.state().await.json()["revision"] != 3 {}
}
