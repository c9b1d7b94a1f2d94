//! Connections that are lost: by a server that is started again, by a network that says nothing any more, by a proxy that holds
//! streams back. Every page ends in the right state within 2 seconds of the connection's return, and says meanwhile that it may not
//! be right.

use std::time::Duration;

use tokio::time::Instant;

use public_question_time::domain::standing_order::question_time::Event;

use crate::app::PASSWORD;
use crate::browser;
use crate::room::{Room, TAB, Window};
use crate::wire::Wire;

const STALE: &str = "return document.documentElement.classList.contains('app-is-stale') && document.querySelector('[data-stale]').textContent !== '';";

#[allow(
    clippy::disallowed_methods,
    reason = "what is measured is how long it takes"
)]
fn moment() -> Instant {
    Instant::now()
}

/// Waits until a page shows this and does not call it stale any more; how long that took since `from`.
async fn right(window: &Window, text: &str, from: Instant) -> Duration {
    window
        .until(
            &format!(
                "return document.querySelector('main').textContent.includes({text:?}) && !document.documentElement.classList.contains('app-is-stale');"
            ),
            &format!("right, with {text:?}"),
        )
        .await;
    from.elapsed()
}

fn in_time(took: &[Duration], what: &str) {
    println!("{what}: right after {took:.2?}");
    for took in took {
        assert!(*took < Duration::from_secs(2), "{what}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_started_again() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(2).await;
    room.first_speaks();
    let (chair, public) = tokio::join!(room.chair(), room.public());
    let (Some(chair), Some(public)) = (chair, public) else {
        return;
    };
    chair.sees("#now-heading", "is speaking").await;
    public.sees("main", "is asking a question").await;

    room.of.app.cut().await;
    chair.until(STALE, "stale").await;
    public.until(STALE, "stale").await;
    public.browser.picture("stale-public").await;

    // pressed while nobody hears it: said at once, and not done behind anybody's back
    chair.settled().await;
    chair.keys("a").await;
    chair
        .sees("[data-not-sent]:not([hidden])", "may not have been sent")
        .await;
    chair.browser.picture("stale-chair").await;
    // wherever the page has been scrolled to
    for warning in ["[data-stale]", "[data-not-sent]"] {
        let seen = format!(
            "const {{ top, bottom }} = document.querySelector({warning:?}).getBoundingClientRect(); return top >= 0 && bottom <= innerHeight;"
        );
        chair.js("window.scrollTo(0, 400);").await;
        chair.until(&seen, "in sight").await;
    }
    // the clocks go on meanwhile
    chair.sees("#turn-clock", "Running").await;

    // meanwhile another node does something
    room.happens(&Event::SpeakingPaused);
    tokio::time::sleep(Duration::from_secs(4)).await;
    let _again = room.start_again().await;
    let back = moment();
    let took = tokio::join!(
        right(&chair, "has been stopped", back),
        right(&public, "has been asked to pause", back)
    );
    in_time(&[took.0, took.1], "started again");
    chair.was_not_reloaded().await;
    public.was_not_reloaded().await;

    // pressed again, it is done
    chair.does("a", "is being answered").await;
    public.sees("main", "is being answered").await;
    chair.sees_no("[data-not-sent]:not([hidden])", "sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_says_nothing_any_more() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(2).await;
    room.first_speaks();
    let wire = Wire::to(&room.of.app.address).await;
    let (chair, public) = tokio::join!(
        room.staff("chair", "chair@example.org", &wire.address),
        room.public_at(&wire.address)
    );
    let (Some(chair), Some(public)) = (chair, public) else {
        return;
    };
    public.sees("main", "is asking a question").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    for silence in [3, 9] {
        wire.dies();
        let died = moment();
        chair.until(STALE, "stale").await;
        public.until(STALE, "stale").await;
        println!("noticed after {:.2?}", died.elapsed());
        let (act, says, doing) = if silence == 3 {
            (
                Event::SpeakingPaused,
                "has been stopped",
                "has been asked to pause",
            )
        } else {
            (
                Event::AnswerStarted,
                "is being answered",
                "is being answered",
            )
        };
        room.happens(&act);
        tokio::time::sleep(Duration::from_secs(silence)).await;
        wire.lives();
        let back = moment();
        let took = tokio::join!(right(&chair, says, back), right(&public, doing, back));
        in_time(&[took.0, took.1], "silent");
    }
    // a press into the silence is not taken for done
    chair.settled().await;
    wire.dies();
    chair.keys("f").await;
    chair
        .sees("[data-not-sent]:not([hidden])", "may not have been sent")
        .await;
    wire.lives();
    right(&chair, "is being answered", moment()).await;
    chair.was_not_reloaded().await;
    public.was_not_reloaded().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_holds_streams_back() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(2).await;
    room.first_speaks();
    let wire = Wire::to(&room.of.app.address).await;
    wire.holds_streams(true);
    let (chair, public) = tokio::join!(
        room.staff("chair", "chair@example.org", &wire.address),
        room.public_at(&wire.address)
    );
    let (Some(chair), Some(public)) = (chair, public) else {
        return;
    };
    // the state is asked for instead, and goes on being asked for
    tokio::time::sleep(Duration::from_secs(4)).await;
    for (act, says, doing) in [
        (
            Event::SpeakingPaused,
            "has been stopped",
            "has been asked to pause",
        ),
        (
            Event::AnswerStarted,
            "is being answered",
            "is being answered",
        ),
    ] {
        room.happens(&act);
        let done = moment();
        let took = tokio::join!(right(&chair, says, done), right(&public, doing, done));
        in_time(&[took.0, took.1], "held back");
        // nor is it called stale when the stream is given up and opened again
        public
            .js("window.stale = false; new MutationObserver(() => { window.stale ||= document.documentElement.classList.contains('app-is-stale'); }).observe(document.documentElement, { attributes: true });")
            .await;
        tokio::time::sleep(Duration::from_secs(8)).await;
        let stale = public.js("return window.stale;").await;
        assert_eq!(stale, false, "what is asked for every second is not stale");
    }
    chair.was_not_reloaded().await;
    public.was_not_reloaded().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_laptop_that_slept() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(2).await;
    room.first_speaks();
    let wire = Wire::to(&room.of.app.address).await;
    let Some(public) = room.public_at(&wire.address).await else {
        return;
    };
    public.sees("main", "is asking a question").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    // asleep: no script runs, no byte arrives, and every connection is dead on waking
    public
        .browser
        .dev_tools(
            "Page.setWebLifecycleState",
            serde_json::json!({ "state": "frozen" }),
        )
        .await;
    wire.dies();
    room.happens(&Event::SpeakingPaused);
    tokio::time::sleep(Duration::from_secs(6)).await;
    wire.lives();
    public
        .browser
        .dev_tools(
            "Page.setWebLifecycleState",
            serde_json::json!({ "state": "active" }),
        )
        .await;
    let back = moment();
    let took = right(&public, "has been asked to pause", back).await;
    in_time(&[took], "slept");
    public.was_not_reloaded().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_signed_out_while_writing_keeps_what_they_wrote() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(2).await;
    room.first_speaks();
    let Some(clerk) = room.clerk().await else {
        return;
    };
    clerk.sees("#turn-clock", "Running").await;
    let field = format!("#response-{}", room.questions[0].reference);
    clerk.fill(&field, "The lamps are mended in March.").await;
    let typed = format!("return document.querySelector({field:?}).value;");

    // in another tab of the same browser they sign out; then something happens, and the page asks for itself again
    let sends = |path: &str, from: &str, more: &str| {
        format!(
            "return fetch({from:?}).then((answer) => answer.text()).then((html) => {{ \
                const page = new DOMParser().parseFromString(html, 'text/html'); \
                const body = new URLSearchParams({{ csrf_token: page.querySelector('form[action={path:?}] [name=csrf_token]').value }}); \
                for (const [name, value] of new URLSearchParams({more:?})) body.set(name, value); \
                return fetch({path:?}, {{ method: 'POST', body }}); \
             }}).then((answer) => answer.ok);"
        )
    };
    let out = clerk.js(&sends("/staff/sign-out", "/staff", "")).await;
    assert_eq!(out, true, "signed out");
    room.happens(&Event::SpeakingPaused);
    let warning = "[data-not-sent]:not([hidden])";
    clerk.press_key(TAB).await;
    // a press comes to the same
    clerk
        .js("document.querySelector('#stage [type=submit]').click();")
        .await;
    clerk
        .sees(warning, "What you have typed is still here")
        .await;
    clerk.browser.picture("signed-out").await;
    clerk.was_not_reloaded().await;
    assert_eq!(
        clerk.text_of(&typed).await,
        "The lamps are mended in March."
    );

    // signed in again, the page comes up to date and the words are saved as if nothing had been
    let who = format!("email=proper_officer@example.org&password={PASSWORD}");
    let signed_in = clerk
        .js(&sends("/staff/sign-in", "/staff/sign-in", &who))
        .await;
    assert_eq!(signed_in, true, "signed in again");
    clerk.sees("#now-heading", "has been stopped").await;
    clerk.sees_no(warning, "still here").await;
    clerk.settled().await;
    let save = format!(
        "#minutes-form-{} [type=submit]",
        room.questions[0].reference
    );
    clerk
        .js(&format!("document.querySelector({save:?}).click();"))
        .await;
    clerk.sees("summary", "Minutes (written)").await;
    clerk.was_not_reloaded().await;
}
