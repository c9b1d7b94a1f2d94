//! A whole meeting in three windows at once: the chair's, the clerk's beside the chair, the public screen. Nobody touches a mouse, and
//! no page is loaded again.

use chrono::TimeDelta;

use crate::browser;
use crate::room::{ENTER, Room, SHIFT, TAB, Window};

/// The three windows.
struct Three {
    chair: Window,
    clerk: Window,
    public: Window,
}

impl Three {
    async fn all_see(&self, staff: (&str, &str), public: (&str, &str)) {
        tokio::join!(
            self.chair.sees(staff.0, staff.1),
            self.clerk.sees(staff.0, staff.1),
            self.public.sees(public.0, public.1),
        );
    }

    async fn staff_see(&self, selector: &str, text: &str) {
        tokio::join!(
            self.chair.sees(selector, text),
            self.clerk.sees(selector, text),
        );
    }

    async fn look(&self, phase: &str) {
        tokio::join!(
            self.chair.look(phase),
            self.clerk.look(phase),
            self.public.look(phase),
        );
        tokio::join!(
            self.chair.was_not_reloaded(),
            self.clerk.was_not_reloaded(),
            self.public.was_not_reloaded(),
        );
    }

    async fn all_said(&self, said: &str) {
        let script = format!("return window.said.some((text) => text.includes({said:?}));");
        let what = format!("said {said:?}");
        tokio::join!(
            self.chair.until(&script, &what),
            self.clerk.until(&script, &what),
            self.public.until(&script, &what),
        );
    }
}

#[tokio::test]
async fn a_meeting_by_keyboard_on_every_screen_at_once() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(5).await;
    let (chair, clerk, public) = tokio::join!(room.chair(), room.clerk(), room.public());
    let (Some(chair), Some(clerk), Some(public)) = (chair, clerk, public) else {
        return;
    };
    let three = Three {
        chair,
        clerk,
        public,
    };
    let Three {
        chair,
        clerk,
        public,
    } = &three;
    let row = |number: usize| format!("#{}", room.questions[number - 1].reference);
    let tag = |number: usize| format!("{} .govuk-tag", row(number));

    // who is there: the chair and the clerk mark them, each by a digit and a letter, one after another without a pause
    public
        .sees("main", "Public question time has not been opened yet.")
        .await;
    tokio::join!(chair.keys("1i2i"), clerk.keys("3i"));
    for number in 1..=3 {
        three.staff_see(&tag(number), "Present, waiting").await;
    }
    three.staff_see("#undo", "marked as present").await;
    three.look("1-not-opened").await;

    // the first: spoken, stopped, gone on, answered
    chair.does("o", "Next in order: Sample Resident 1.").await;
    three
        .all_see(("#meeting-clock", "Running"), ("#meeting-clock", "Running"))
        .await;
    chair.next("Sample Resident 1 has been called.").await;
    chair.next("Sample Resident 1 is speaking.").await;
    three
        .all_see(("#turn-clock", "Running"), ("main", "is asking a question"))
        .await;
    three.look("2-speaking").await;
    chair.does("s", "Sample Resident 1 has been stopped.").await;
    three
        .all_see(
            ("#turn-clock", "Stopped"),
            ("main", "has been asked to pause"),
        )
        .await;
    chair.does("s", "Sample Resident 1 is speaking.").await;
    chair
        .does("a", "Sample Resident 1 is being answered.")
        .await;
    chair.does("q", "is asking a supplementary question.").await;
    three
        .all_see(
            ("#now-heading", "supplementary"),
            ("main", "is asking a supplementary question"),
        )
        .await;

    // the clerk writes the supplementary down while the chair goes on
    let field = format!("#supplementary_text-{}", room.questions[0].reference);
    let typed = format!("return document.querySelector({field:?}).value;");
    clerk.keys("1").await;
    clerk.tab_to(&field).await;
    clerk.keys("Can I join in 12").await;
    chair
        .does("a", "The supplementary question is being answered.")
        .await;
    clerk
        .sees(
            "#now-heading",
            "The supplementary question is being answered.",
        )
        .await;
    clerk.keys(" nights upon").await;
    chair.does("f", "Next in order: Sample Resident 2.").await;
    clerk
        .sees("#now-heading", "Next in order: Sample Resident 2.")
        .await;
    clerk.keys(" C?").await;
    assert_eq!(
        clerk.text_of(&typed).await,
        "Can I join in 12 nights upon C?"
    );
    clerk
        .tab_to(&format!(
            "#minutes-form-{} button",
            room.questions[0].reference
        ))
        .await;
    clerk.press_key(ENTER).await;
    chair
        .until(
            &format!(
                "return document.querySelector({field:?})?.value === 'Can I join in 12 nights upon C?';"
            ),
            "the minutes that the clerk wrote",
        )
        .await;
    three.look("3-answered").await;

    // two acts taken back, and done again
    chair
        .does("u", "The supplementary question is being answered.")
        .await;
    three
        .all_see(
            ("#now-heading", "supplementary"),
            ("main", "is being answered on the supplementary question"),
        )
        .await;
    chair.does("u", "is asking a supplementary question.").await;
    public
        .sees("main", "is asking a supplementary question")
        .await;
    chair
        .next("The supplementary question is being answered.")
        .await;
    chair.next("Next in order: Sample Resident 2.").await;

    // the order is changed, by the clerk, and is another on every screen
    clerk.keys("3-").await;
    let order = |screen: &str| {
        format!(
            "return [...document.querySelectorAll({screen:?})].map((e) => e.textContent.match(/Resident (\\d)/)[1]).join('') === '13245';"
        )
    };
    chair
        .until(&order(".app-chair-row h3"), "the third before the second")
        .await;
    chair
        .sees("#now-heading", "Next in order: Sample Resident 3.")
        .await;
    public.sees(".app-screen__next", "Sample Resident 3").await;

    // an interruption
    chair.does("j", "adjourned").await;
    three
        .all_see(("#meeting-clock", "Stopped"), ("main", "adjourned"))
        .await;
    three.look("4-adjourned").await;
    chair.next("Next in order: Sample Resident 3.").await;

    // the second takes the whole three minutes
    chair.next("Sample Resident 3 has been called.").await;
    chair.next("Sample Resident 3 is speaking.").await;
    room.clock.advance(TimeDelta::seconds(115));
    three
        .all_said("Speaking time of Sample Resident 3: 1 minute left")
        .await;
    three
        .all_see(
            ("#turn-clock", "1 minute or less"),
            ("#turn-clock", "1 minute or less"),
        )
        .await;
    room.clock.advance(TimeDelta::seconds(28));
    three
        .all_said("Speaking time of Sample Resident 3: 30 seconds left")
        .await;
    three.look("5-half-a-minute").await;
    room.clock.advance(TimeDelta::seconds(24));
    three
        .all_said("Speaking time of Sample Resident 3: time is over")
        .await;
    three
        .all_see(
            ("#turn-clock", "Time is over"),
            ("#turn-clock", "Time is over"),
        )
        .await;
    three
        .staff_see("#now-heading", "The questioner’s time is over.")
        .await;
    three.look("6-three-minutes").await;
    chair
        .does("a", "Sample Resident 3 is being answered.")
        .await;
    chair.does("w", "Next in order: Sample Resident 2.").await;
    three
        .staff_see(&tag(3), "Put, answer promised in writing")
        .await;

    // the next is not here, and the fourth question belongs to an item
    chair.keys("3").await;
    chair.settled().await;
    chair.keys("p").await;
    three.staff_see(&tag(2), "Passed over").await;
    chair.keys("4").await;
    chair
        .tab_to(&format!("#about-{} > summary", room.questions[3].reference))
        .await;
    chair.press_key(ENTER).await;
    chair
        .tab_to(&format!("#item-{}", room.questions[3].reference))
        .await;
    chair.keys("3").await;
    chair
        .tab_to(&format!("#deal-{} button", room.questions[3].reference))
        .await;
    chair.press_key(ENTER).await;
    three.staff_see(&tag(4), "Dealt with under an item").await;

    // the three views of the public screen
    chair.tab_to("button[value='show:list']").await;
    chair.press_key(ENTER).await;
    public
        .sees(".app-screen__row", "Dealt with under an agenda item")
        .await;
    public.look("7-list").await;
    chair.sees("main", "It shows the whole list.").await;
    chair.chord(&[SHIFT, TAB]).await;
    chair.chord(&[SHIFT, TAB]).await;
    chair.tab_to("button[value='show:name']").await;
    chair.press_key(ENTER).await;
    chair.sees("main", "It shows the board’s name only.").await;
    public
        .until(
            "return document.querySelector('.app-screen__name') !== null && document.querySelector('[data-clock]') === null;",
            "the board's name alone",
        )
        .await;
    public.look("8-name").await;
    chair.tab_to("button[value='show:clock']").await;
    chair.press_key(ENTER).await;
    chair
        .sees("main", "It shows who speaks and the clocks.")
        .await;
    public.sees("#meeting-clock", "Running").await;

    // the thirty minutes
    chair.keys("5i").await;
    three.staff_see(&tag(5), "Present, waiting").await;
    let left = "return document.querySelector('#meeting-clock [data-clock-left]').textContent;";
    let left = chair.text_of(left).await;
    let (minutes, seconds) = left.split_once(':').expect("minutes and seconds");
    let left: i64 = minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap();
    room.clock.advance(TimeDelta::seconds(left - 61));
    three.all_said("Public question time: 1 minute left").await;
    room.clock.advance(TimeDelta::seconds(54));
    three.all_said("Public question time: time is over").await;
    three
        .all_see(
            ("#now-heading", "nobody else can be called"),
            (
                ".app-screen__out-of-time",
                "The time for public question time is over.",
            ),
        )
        .await;
    three
        .staff_see(".app-stage", "3 people will get a written response")
        .await;
    for name in [
        "Sample Resident 2",
        "Sample Resident 3",
        "Sample Resident 5",
    ] {
        three.staff_see(".app-stage__owed", name).await;
    }
    chair.sees_no("main button", "Call").await;
    public
        .until(
            "return !document.querySelector('main').innerText.includes('Next');",
            "without anybody who comes next",
        )
        .await;
    three.look("9-thirty-minutes").await;

    // each was said once
    for window in [chair, clerk, public] {
        let said = window.said().await;
        for (what, times) in [
            ("Resident 3: 1 minute left", 1),
            ("Resident 3: 30 seconds left", 1),
            ("Resident 3: time is over", 1),
            ("Public question time: 1 minute left", 1),
            ("Public question time: time is over", 1),
            ("Resident 1", 0),
        ] {
            let count = said.iter().filter(|text| text.contains(what)).count();
            assert_eq!(count, times, "{what}: {said:?}");
        }
    }

    // closing asks first; one press then makes the rest written responses
    chair.keys("n").await;
    chair.sees("h1", "Close public question time").await;
    chair
        .sees("main", "3 people will get a written response")
        .await;
    chair.look("10-close").await;
    chair.tab_to("main form button").await;
    chair.press_key(ENTER).await;
    three
        .all_see(
            ("main", "3 written responses"),
            ("main", "Public question time is over."),
        )
        .await;
    clerk.was_not_reloaded().await;
    public.was_not_reloaded().await;
    chair.mark().await;
    three.look("11-closed").await;
}
