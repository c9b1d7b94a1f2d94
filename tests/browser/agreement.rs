//! Two screens on different machines: one whose clock is an hour wrong and whose network is slow, one whose clock and network are
//! good. What they show differs by less than 100 ms.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::browser;
use crate::room::{Room, Window};
use crate::wire::Wire;

/// Notes each change of the meeting's clock, by the true time of this computer.
const NOTE: &str = "window.flips = []; \
    new MutationObserver(() => { \
        window.flips.push([document.querySelector('#meeting-clock [data-clock-left]').textContent, performance.timeOrigin + performance.now()]); \
    }).observe(document.querySelector('#meeting-clock [data-clock-left]'), { childList: true, characterData: true, subtree: true });";

/// An hour ahead, for everything that asks `Date`.
const AN_HOUR_WRONG: &str = "const True = Date; \
    window.Date = class extends True { \
        constructor (...parts) { if (parts.length > 0) super(...parts); else super(True.now() + 3600000) } \
        static now () { return True.now() + 3600000 } \
    };";

/// By how much the page's idea of the server's time is ahead of what it is, in milliseconds. The script that the page runs is asked.
async fn ahead(window: &Window, room: &Room) -> f64 {
    let answer = window
        .browser
        .client
        .execute_async(
            "const done = arguments[0]; \
             const script = performance.getEntriesByType('resource').find((e) => e.name.endsWith('/server-time.js')).name; \
             import(script).then((time) => done(time.serverNow() - (performance.timeOrigin + performance.now())));",
            Vec::new(),
        )
        .await
        .expect("an answer");
    #[allow(
        clippy::cast_precision_loss,
        reason = "milliseconds of a lifetime are exact"
    )]
    let truth = room
        .clock
        .ahead()
        .num_microseconds()
        .expect("not centuries") as f64
        / 1000.0;
    answer.as_f64().expect("a number") - truth
}

async fn flips(window: &Window) -> BTreeMap<String, f64> {
    let flips = window.js("return window.flips;").await;
    let flips: Vec<(String, f64)> = serde_json::from_value(flips).expect("texts and moments");
    // the first of each: a page that is drawn again writes the same digits once more
    let mut first = BTreeMap::new();
    for (digits, at) in flips {
        first.entry(digits).or_insert(at);
    }
    first
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_screens_differ_by_less_than_a_tenth_of_a_second() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(1).await;
    room.first_speaks();
    let wire = Wire::to(&room.of.app.address).await;
    wire.delays(Duration::from_millis(150));
    let Some(good) = room.public().await else {
        return;
    };
    let far = Window::open("far").await.expect("another browser");
    far.browser
        .dev_tools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": AN_HOUR_WRONG }),
        )
        .await;
    far.goto(format!("{}{}", wire.address, room.public_path()))
        .await;
    let wrong = far
        .js("return Date.now() - (performance.timeOrigin + performance.now());")
        .await;
    assert!(wrong.as_f64().expect("a number") > 3_599_000.0, "{wrong}");

    // five round trips of 300 ms, before the far screen knows what time it is
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (near_error, far_error) = (ahead(&good, &room).await, ahead(&far, &room).await);
    println!("ahead of the server: near {near_error:.1} ms, far {far_error:.1} ms");
    assert!(near_error.abs() < 50.0, "{near_error}");
    assert!((near_error - far_error).abs() < 100.0, "{far_error}");

    // and what is seen: each second changes on both screens at the same moment
    good.js(NOTE).await;
    far.js(NOTE).await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let (near_flips, far_flips) = (flips(&good).await, flips(&far).await);
    let mut apart: Vec<f64> = near_flips
        .iter()
        .filter_map(|(digits, at)| Some((at - far_flips.get(digits)?).abs()))
        .collect();
    apart.sort_by(f64::total_cmp);
    println!("the seconds change this far apart, in ms: {apart:.1?}");
    assert!(apart.len() >= 6, "{near_flips:?} {far_flips:?}");
    // one of them may be late when this computer is busy with something else
    assert!(apart[apart.len() / 2] < 100.0, "{apart:?}");
}
