//! What fits where: the chair's acts without scrolling, the public screen on a projector, every width down to that of a page at 400%.

use chrono::TimeDelta;
use serde_json::json;

use public_question_time::domain::standing_order::question_time::{Answer, Event, View};

use crate::browser;
use crate::evening::resident;
use crate::room::{Room, Window};

/// A long name with its organisation, as long as a form takes.
fn long_name(number: usize) -> String {
    match number % 3 {
        0 => format!("Dr Wilhelmina-Alexandrina Featherstonehaugh-Cholmondeley {number}"),
        1 => format!("Sam Example {number}"),
        _ => format!("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch {number}"),
    }
}

/// How far down the page the last of what a selector finds reaches.
async fn bottom(window: &Window, selector: &str) -> f64 {
    let bottom = window
        .js(&format!(
            "return Math.max(...[...document.querySelectorAll({selector:?})].map((e) => e.getBoundingClientRect().bottom));"
        ))
        .await;
    bottom.as_f64().expect("it is there")
}

/// How many lines the digits of a clock take.
async fn lines(window: &Window, clock: &str) -> f64 {
    let lines = window
        .js(&format!(
            "const digits = document.querySelector('{clock} [data-clock-left]'); \
             return digits.getClientRects().length === 1 ? digits.getBoundingClientRect().height / parseFloat(getComputedStyle(digits).fontSize) : 9;"
        ))
        .await;
    lines.as_f64().expect("it is there")
}

#[tokio::test]
async fn at_the_end_of_the_time_the_large_button_stays_in_sight_however_many_are_owed_a_response() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(12).await;
    let Some(chair) = room.chair().await else {
        return;
    };
    room.first_speaks();
    chair.sees("#turn-clock", "Running").await;
    // who is signed in stands beside the menu, whatever their name
    chair
        .js("document.querySelector('.app-sign-out__name').textContent = 'Sample Chair of the Safer Board';")
        .await;
    let header = bottom(&chair, ".app-sign-out").await;
    assert!(header <= 140.0, "the head of the page ends at {header}");
    room.clock.advance(TimeDelta::minutes(30));
    room.happen([
        Event::AnswerStarted,
        Event::Finished {
            answer: Answer::Given,
            supplementary: None,
        },
    ]);
    chair.sees(".app-stage__owed", &resident(12)).await;
    chair.sees("#next-step", "Close public question time").await;
    chair.js("window.scrollTo(0, 0);").await;
    chair.browser.picture("layout-owed").await;
    let button = bottom(&chair, "#next-step").await;
    assert!(button <= 757.0, "the large button ends at {button}");
    chair.look("owed").await;
}

#[tokio::test]
async fn lists_short_and_long_with_names_short_and_long() {
    let _turn = browser::turn().await;
    for (count, long) in [(1, false), (6, true), (12, false), (17, true)] {
        let names = (1..=count).map(|number| {
            if long {
                long_name(number)
            } else {
                resident(number)
            }
        });
        let room = Room::with_names(names).await;
        let (chair, public) = tokio::join!(room.chair(), room.public());
        let (Some(chair), Some(public)) = (chair, public) else {
            return;
        };
        room.first_speaks();
        if let Some(second) = room.questions.get(1) {
            room.happens(&Event::Indicated {
                question: second.id,
            });
        }
        room.happens(&Event::Shown { view: View::List });
        for window in [&chair, &public] {
            window.sees("#turn-clock", "Running").await;
        }
        public.sees(".app-screen__row", "Now").await;

        // seen whole on a laptop, and on a projector nothing is cut off
        chair.browser.viewport(1280, 757).await;
        let stage = bottom(
            &chair,
            "#turn-clock, #meeting-clock, #next-step, .app-stage__forecast",
        )
        .await;
        assert!(stage <= 757.0, "{count}: the stage ends at {stage}");
        chair
            .browser
            .picture(&format!("layout-chair-{count}"))
            .await;
        public.browser.viewport(1280, 720).await;
        public
            .browser
            .picture(&format!("layout-list-{count}"))
            .await;
        let list = bottom(&public, ".app-screen__row").await;
        assert!(list <= 720.0, "{count}: the list ends at {list}");
        let controls = public
            .js("return document.querySelectorAll('a, button, input, select, textarea, form, [tabindex]').length;")
            .await;
        assert_eq!(controls, 0, "nothing to press on the public screen");

        room.happens(&Event::Shown { view: View::Clock });
        public
            .until(
                "return document.querySelector('.app-screen__row') === null;",
                "clocks alone",
            )
            .await;
        public
            .browser
            .picture(&format!("layout-clock-{count}"))
            .await;
        let clocks = bottom(&public, "#turn-clock, #meeting-clock, .app-screen__next").await;
        assert!(clocks <= 720.0, "{count}: the clocks end at {clocks}");

        // 400%: a window of 1280 is as wide as 320
        for (window, name) in [(&chair, "chair"), (&public, "public")] {
            for width in [320, 360, 768] {
                window.browser.viewport(width, 740).await;
                window.fits(&format!("{name}-{count} at {width}")).await;
                for clock in ["#turn-clock", "#meeting-clock"] {
                    let lines = lines(window, clock).await;
                    assert!(
                        lines < 1.7,
                        "{name} at {width}: {clock} takes {lines} lines"
                    );
                }
                window
                    .browser
                    .picture(&format!("layout-{name}-{count}-{width}"))
                    .await;
            }
            window.browser.viewport(1280, 757).await;
            window
                .browser
                .assert_faultless(&format!("{name}-{count}"))
                .await;
        }
        if count == 6 {
            for (window, name) in [(&chair, "chair"), (&public, "public")] {
                let forced =
                    json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
                window
                    .browser
                    .dev_tools("Emulation.setEmulatedMedia", forced)
                    .await;
                window.browser.picture(&format!("forced-{name}")).await;
                window.fits(name).await;
                let print = json!({ "media": "print", "features": [] });
                window
                    .browser
                    .dev_tools("Emulation.setEmulatedMedia", print)
                    .await;
                window.browser.picture(&format!("print-{name}")).await;
                window.fits(name).await;
            }
        }
    }
}
