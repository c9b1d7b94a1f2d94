//! The list is put in order by dragging.
//!
//! A headless browser has no desktop to drag on: with a true pointer it begins a drag (`dragstart`) and then moves nothing. So the
//! page is sent the events that a browser sends on the way, by a script, at the places where the rows are drawn.

use crate::browser;
use crate::room::{Room, Window};

/// Takes a row and moves it over others, into the upper half of each, and lets go of it there, or takes it back.
async fn drag(window: &Window, row: &str, over: &[&str], let_go: bool) {
    window
        .js(&format!(
            "const row = document.querySelector({row:?}); \
             const dataTransfer = new DataTransfer(); \
             const send = (to, name, place = {{}}) => \
                to.dispatchEvent(new DragEvent(name, {{ bubbles: true, cancelable: true, dataTransfer, ...place }})); \
             send(row, 'dragstart'); \
             for (const css of {over:?}) {{ \
                const {{ left, top }} = document.querySelector(css).getBoundingClientRect(); \
                const place = {{ clientX: left + 60, clientY: top + 5 }}; \
                const over = document.elementFromPoint(place.clientX, place.clientY) ?? document.querySelector(css); \
                if (send(over, 'dragover', place)) throw new Error('it may not be dropped on ' + css); \
             }} \
             if ({let_go}) send(row, 'drop'); \
             send(row, 'dragend');"
        ))
        .await;
}

#[tokio::test]
async fn a_row_that_is_dragged_is_called_in_its_new_place() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(4).await;
    let (chair, clerk) = tokio::join!(room.chair(), room.clerk());
    let (Some(chair), Some(clerk)) = (chair, clerk) else {
        return;
    };
    chair.browser.viewport(1280, 1700).await;
    let row = |number: usize| format!("#{}", room.questions[number - 1].reference);
    let [first, second, third, fourth] = [1, 2, 3, 4].map(row);
    let order = |expected: &str| {
        format!(
            "return [...document.querySelectorAll('.app-chair-row h3')].map((e) => e.textContent.match(/Resident (\\d)/)[1]).join('') === '{expected}';"
        )
    };
    drag(&chair, &third, &[&second, &first], true).await;
    for window in [&chair, &clerk] {
        window.until(&order("3124"), "the third first").await;
    }
    chair.sees("#undo", "the order was changed").await;

    // taken back with Escape: everything stays
    chair.settled().await;
    drag(&chair, &fourth, &[&second, &first], false).await;
    chair.until(&order("3124"), "as it was").await;
    // moved to and fro, and let go where it was: nothing is sent
    drag(&chair, &fourth, &[&fourth], true).await;
    chair.settled().await;
    for window in [&chair, &clerk] {
        window.until(&order("3124"), "as it was").await;
        window.sees("#undo", "the order was changed").await;
        window.was_not_reloaded().await;
    }
    chair.keys("u").await;
    for window in [&chair, &clerk] {
        window.until(&order("1234"), "as at first").await;
    }
}
