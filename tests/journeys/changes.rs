//! What a letter stated and has changed: previewed, and told by the old and the new (reading 24). The seeds' Safer Board meets on
//! Tuesday 6 February 2024 at 6:30pm; it is the afternoon before, an hour to the deadline, unless a test says otherwise.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use public_question_time::domain::id::{MeetingId, QuestionId};
use public_question_time::domain::question::Channel;
use public_question_time::service::actor::Acting;
use public_question_time::service::submit_question::{self, Submission};
use public_question_time::service::typed_question::{
    TypedMatter, TypedQuestion, TypedQuestioner, TypedText,
};
use public_question_time::service::views;

use crate::app::{Browser, Kept, Page, Setup, TestApp};

const SAFER: &str = "Safer, 6:30pm on Tuesday 6 February 2024";
const OFFICER: &str = "proper.officer@example.org";

/// The service with its seeds, the proper officer, and where the Safer Board's meeting is on the officer's pages.
pub struct Evening {
    pub app: TestApp,
    pub officer: Browser,
    pub meeting: String,
}

pub fn utc(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, day, hour, minute, 0).unwrap()
}

impl Evening {
    pub async fn start() -> Self {
        Self::start_at(utc(5, 15, 0)).await
    }

    pub async fn start_at(now: DateTime<Utc>) -> Self {
        let app = TestApp::start_with(Setup {
            seeds: true,
            now,
            ..Setup::default()
        })
        .await;
        let officer = app.sign_in_as(OFFICER).await;
        let meeting = officer.open("/staff/meetings").await.link(SAFER);
        Self {
            app,
            officer,
            meeting,
        }
    }

    pub fn meeting_id(&self) -> MeetingId {
        self.meeting.rsplit('/').next().unwrap().parse().unwrap()
    }

    /// Lets it be this time; the officer signs in anew, as the session has ended.
    pub async fn at(&mut self, now: DateTime<Utc>) {
        self.app.clock.set(now);
        self.officer = self.app.sign_in_as(OFFICER).await;
    }

    /// The title of the first item that can be asked about, with its identifier.
    pub fn open_item(&self) -> (String, String) {
        let id = self.meeting_id();
        let service = &self.app.service;
        let view = service
            .store
            .read(|db| views::meeting(service, db, id))
            .unwrap();
        let item = view
            .agenda
            .iter()
            .find(|item| item.not_for_questions().is_none())
            .expect("an item");
        (item.id.to_string(), item.title.clone())
    }

    /// A question from the person with this number, about the first open item; its identifier.
    pub async fn ask(&self, number: u32) -> QuestionId {
        self.ask_with(number, |_| {}).await
    }

    pub async fn ask_with(&self, number: u32, change: impl FnOnce(&mut Submission)) -> QuestionId {
        // two people never press the button in the same millisecond
        self.app.advance(TimeDelta::seconds(1));
        let mut submission = Submission {
            meeting: self.meeting_id(),
            typed: TypedQuestion {
                matter: TypedMatter {
                    agenda_item: self.open_item().0,
                    matter: String::new(),
                },
                text: TypedText {
                    question: format!("When will lamp {number} in Example Street be mended?"),
                },
                questioner: TypedQuestioner {
                    name: name(number),
                    address: "1 Example Street\nWidnes".to_owned(),
                    postcode: "WA8 7QF".to_owned(),
                    email: email(number),
                    resident: "yes".to_owned(),
                    publish_name: "yes".to_owned(),
                    ..TypedQuestioner::default()
                },
                difference: String::new(),
            },
            channel: Channel::Web,
            received_at: self.app.service.now(),
            draft: None,
            carried_from: None,
            idempotency_key: None,
            exceptions: Vec::new(),
        };
        change(&mut submission);
        let service = self.app.service.clone();
        tokio::task::spawn_blocking(move || {
            submit_question::submit(&service, &Acting::questioner(None), &submission)
        })
        .await
        .unwrap()
        .unwrap()
        .question
        .id
    }

    /// The last letter to the person with this number, its lines put together.
    pub async fn letter(&self, number: u32) -> Kept {
        let mut letter = self
            .app
            .letters_to(&email(number))
            .await
            .pop()
            .expect("a letter");
        letter.text = letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
        letter
    }

    pub async fn letters(&self, number: u32) -> usize {
        self.app.letters_to(&email(number)).await.len()
    }

    pub async fn question(&self, id: QuestionId) -> Page {
        self.officer.open(&format!("/staff/questions/{id}")).await
    }

    pub async fn approve(&self, id: QuestionId) {
        let page = self.question(id).await;
        let approved = self
            .officer
            .press(&page, "Approve and send the letter", &[])
            .await;
        assert_eq!(approved.status, 303, "{}", approved.text());
    }

    pub async fn reject(&self, id: QuestionId) {
        let page = self
            .officer
            .open(&format!("/staff/questions/{id}/reject?grounds=frivolous"))
            .await;
        let preview = self
            .officer
            .press(
                &page,
                "Preview the letter",
                &[("reason", "It is not a serious question.")],
            )
            .await;
        let rejected = self
            .officer
            .press(&preview, "Reject and send this letter", &[])
            .await;
        assert_eq!(rejected.status, 303, "{}", rejected.text());
    }

    /// How the form for changing the meeting is answered.
    pub async fn change_status(&self) -> u16 {
        self.officer
            .get(&format!("{}/edit", self.meeting))
            .await
            .status
    }

    /// The page that asks before the meeting is changed.
    pub async fn change(&self, typed: &[(&str, &str)]) -> Page {
        let form = self.officer.open(&format!("{}/edit", self.meeting)).await;
        self.officer.press(&form, "Continue", typed).await
    }
}

pub fn name(number: u32) -> String {
    let last = ["Archer", "Baker", "Carter", "Dyer", "Fletcher", "Glover"];
    let first = ["Ada", "Bert", "Cora", "Dan", "Esme", "Fred"];
    let at = number as usize % 6;
    format!("{} {}", first[at], last[at])
}

pub fn email(number: u32) -> String {
    format!("resident.{number}@example.org")
}

fn rows(page: &Page) -> Vec<String> {
    page.all("tbody tr")
}

#[tokio::test]
async fn a_change_of_venue_is_previewed_with_its_letter_and_told() {
    let evening = Evening::start().await;
    let approved = evening.ask(1).await;
    evening.ask(2).await;
    evening.approve(approved).await;
    let before = (evening.letters(1).await, evening.letters(2).await);

    let confirm = evening.change(&[("venue", "Select Stadium, Widnes")]).await;
    assert_eq!(confirm.heading(), "Change the meeting?");
    assert_eq!(
        rows(&confirm),
        ["WhereVenue not on recordSelect Stadium, Widnes"]
    );
    let text = confirm.text();
    assert!(
        text.contains("2 people with a question that is approved or waits for a decision"),
        "{text}"
    );
    assert!(
        text.contains("will be in another place."),
        "the exact letter: {text}"
    );
    assert_eq!(
        (evening.letters(1).await, evening.letters(2).await),
        before,
        "nobody is told before the officer has confirmed"
    );

    let done = evening
        .officer
        .press(&confirm, "Change the meeting and send the letters", &[])
        .await;
    let page = evening.officer.follow(done).await;
    assert!(page.text().contains("Select Stadium, Widnes"));
    for number in [1, 2] {
        let letter = evening.letter(number).await;
        assert_eq!(letter.kind, "meeting_changed");
        assert!(letter.subject.contains("the meeting is at another place"));
        assert!(
            letter.text.contains("Venue not on record")
                && letter.text.contains("Select Stadium, Widnes"),
            "{}",
            letter.text
        );
        assert!(
            letter
                .text
                .contains("You do not need to do anything to keep it."),
            "{}",
            letter.text
        );
    }
}

#[tokio::test]
async fn a_change_of_the_time_alone_is_told_by_the_old_and_the_new() {
    let evening = Evening::start().await;
    evening.ask(1).await;
    let confirm = evening.change(&[("starts", "6pm")]).await;
    assert_eq!(rows(&confirm), ["Starts6:30pm6pm"]);
    evening
        .officer
        .press(&confirm, "Move the meeting and send the letters", &[])
        .await;
    let letter = evening.letter(1).await;
    assert!(letter.subject.contains("starts at another time"));
    assert!(letter.text.contains("6:30pm") && letter.text.contains("6pm"));
    assert!(
        !letter.text.contains("has moved to"),
        "the date is the same: {}",
        letter.text
    );
}

#[tokio::test]
async fn what_no_letter_stated_is_changed_without_asking() {
    let evening = Evening::start().await;
    evening.ask(1).await;
    let told = evening.letters(1).await;
    let changed = evening
        .change(&[
            ("agenda_published", "yes"),
            ("venue", " Venue not  on record "),
        ])
        .await;
    assert_eq!(changed.status, 303, "{}", changed.text());
    assert_eq!(evening.letters(1).await, told);
    // and where nobody asks, nobody is asked about
    let empty = Evening::start().await;
    let changed = empty.change(&[("venue", "Select Stadium, Widnes")]).await;
    assert_eq!(changed.status, 303, "{}", changed.text());
}

#[tokio::test]
async fn whoever_could_send_another_question_is_told_of_the_new_deadline() {
    let mut evening = Evening::start().await;
    let before = evening.ask(1).await;
    evening.reject(before).await;
    assert!(
        evening
            .letter(1)
            .await
            .text
            .contains("until 4pm on Monday 5 February 2024"),
        "{}",
        evening.letter(1).await.text
    );
    // rejected after the deadline: the allowance is not given back
    let after = evening.ask(2).await;
    evening.at(utc(5, 16, 30)).await;
    evening.reject(after).await;
    assert!(evening.letter(2).await.text.contains("too late"));

    let confirm = evening.change(&[("date-day", "20")]).await;
    assert!(
        confirm
            .text()
            .contains("2 people who can send another question until the new deadline"),
        "{}",
        confirm.text()
    );
    evening
        .officer
        .press(&confirm, "Move the meeting and send the letters", &[])
        .await;
    for number in [1, 2] {
        let letter = evening.letter(number).await;
        assert_eq!(letter.kind, "meeting_changed");
        assert!(
            letter.text.contains(
                "You can send another question to this meeting until 4pm on Monday 19 February 2024"
            ),
            "{}",
            letter.text
        );
    }
    // it is so: both are let in
    for number in [1, 2] {
        let again = evening.ask(number).await;
        let page = evening.question(again).await;
        assert!(
            page.text().contains("Waiting for a decision"),
            "{}",
            page.text()
        );
    }
}

/// The private page of the last letter to somebody.
async fn private_page(evening: &Evening, number: u32) -> String {
    let link = evening.letter(number).await.private_link.expect("a link");
    link[link.find("/question/").unwrap()..].to_owned()
}

#[tokio::test]
async fn a_late_question_is_restored_when_its_meeting_moves_and_everybody_hears_of_it() {
    let mut evening = Evening::start().await;
    evening.at(utc(5, 17, 0)).await;
    let late = evening.ask(1).await;
    assert_eq!(evening.letter(1).await.kind, "refused");

    let confirm = evening.change(&[("date-day", "20")]).await;
    let text = confirm.text();
    assert!(
        text.contains("1 person whose late question is now in time and waits for a decision"),
        "{text}"
    );
    evening
        .officer
        .press(&confirm, "Move the meeting and send the letters", &[])
        .await;
    let letter = evening.letter(1).await;
    assert!(
        letter
            .text
            .contains("By the new deadline it is in time, so it has been accepted for the meeting"),
        "{}",
        letter.text
    );
    let to_officer = evening.app.letters().await;
    let to_officer = to_officer
        .iter()
        .rfind(|letter| letter.kind == "officer_questions_restored")
        .expect("a letter to the officers");
    assert!(
        to_officer
            .text
            .contains("They are now in time, and need a decision:")
    );

    let desk = evening.officer.open("/staff").await;
    assert!(desk.text().contains(&name(1)), "{}", desk.text());
    let page = evening.question(late).await;
    assert!(page.text().contains("Waiting for a decision"));
    assert!(!page.text().contains("Why the rule refused it"));
    let private = evening
        .app
        .browser()
        .open(&private_page(&evening, 1).await)
        .await;
    assert!(
        private
            .text()
            .contains("Your question has been received in time."),
        "{}",
        private.text()
    );
    // the allowance is taken with it: a second one is refused
    let second = evening.ask(1).await;
    let page = evening.question(second).await;
    assert!(page.text().contains("Refused"), "{}", page.text());
    // and it can be approved like any other
    evening.approve(late).await;
}

#[tokio::test]
async fn a_late_question_is_restored_when_a_day_is_taken_out_of_the_calendar_again() {
    let mut evening = Evening::start_at(utc(1, 10, 0)).await;
    let calendar = evening.officer.open("/staff/calendar").await;
    let values = [
        ("date-day", "5"),
        ("date-month", "2"),
        ("date-year", "2024"),
        ("title", "Closed by mistake"),
        ("kind", "closure"),
    ];
    let confirm = evening
        .officer
        .press(&calendar, "See which deadlines move", &values)
        .await;
    let added = evening.officer.press(&confirm, "Add the day", &[]).await;
    assert_eq!(added.status, 303, "{}", added.text());
    evening.at(utc(5, 10, 0)).await;
    let late = evening.ask(1).await;
    let page = evening.question(late).await;
    assert!(page.text().contains("Why the rule refused it"));

    let calendar = evening.officer.open("/staff/calendar").await;
    let out = evening
        .officer
        .press(&calendar, "Take out Monday 5 February 2024", &[])
        .await;
    assert!(out.text().contains("1 person"), "{}", out.text());
    evening
        .officer
        .press(&out, "Take the day out and send the letters", &[])
        .await;
    let letter = evening.letter(1).await;
    assert!(letter.text.contains("By the new deadline it is in time"));
    assert!(
        letter.text.contains("was taken out of the calendar"),
        "why: {}",
        letter.text
    );
    let page = evening.question(late).await;
    assert!(page.text().contains("Waiting for a decision"));
}

#[tokio::test]
async fn whose_allowance_is_used_meanwhile_can_choose_by_the_private_link() {
    let mut evening = Evening::start().await;
    evening.at(utc(5, 17, 0)).await;
    let late = evening.ask(1).await;
    let link = private_page(&evening, 1).await;
    // the meeting moves once; both are sent before it moves again, and the first of them is restored
    let second = evening.ask(1).await;
    let confirm = evening.change(&[("date-day", "20")]).await;
    let text = confirm.text();
    assert!(
        text.contains("1 person whose late question is now in time and waits"),
        "{text}"
    );
    assert!(
        text.contains("1 person whose late question is now in time, and who can choose"),
        "{text}"
    );
    evening
        .officer
        .press(&confirm, "Move the meeting and send the letters", &[])
        .await;
    let choice = evening.letter(1).await;
    assert!(
        choice
            .text
            .contains("You can choose which of the two is asked, until the meeting starts."),
        "{}",
        choice.text
    );
    let theirs = private_page(&evening, 1).await;
    assert_ne!(theirs, link);
    let browser = evening.app.browser();
    let page = browser.open(&theirs).await;
    assert!(
        page.text().contains("Choose which question is asked"),
        "{}",
        page.text()
    );
    let confirm = browser.open(&page.link("Ask this question instead")).await;
    // looking changes nothing
    assert!(
        evening
            .question(late)
            .await
            .text()
            .contains("Waiting for a decision")
    );
    let done = browser
        .press(&confirm, "Ask this question instead", &[])
        .await;
    let page = browser.follow(done).await;
    assert!(
        page.text()
            .contains("Your question has been received in time."),
        "{}",
        page.text()
    );
    assert!(evening.question(late).await.text().contains("Withdrawn"));
    assert!(
        evening
            .question(second)
            .await
            .text()
            .contains("Waiting for a decision")
    );
    // pressed twice, nothing more happens
    let again = browser
        .press(&confirm, "Ask this question instead", &[])
        .await;
    assert_eq!(again.status, 303, "{}", again.text());
    assert!(
        evening
            .question(second)
            .await
            .text()
            .contains("Waiting for a decision")
    );
}

#[tokio::test]
async fn nobody_takes_away_the_question_of_somebody_with_another_address() {
    let mut evening = Evening::start().await;
    let theirs = evening.ask(1).await;
    // the same name and postcode, another address: contested
    evening
        .ask_with(1, |submission| {
            submission.typed.questioner.email = "impostor@example.org".to_owned();
        })
        .await;
    let letters = evening.app.letters_to("impostor@example.org").await;
    let link = letters.last().unwrap().private_link.clone().unwrap();
    let path = &link[link.find("/question/").unwrap()..];
    let browser = evening.app.browser();
    let page = browser.open(path).await;
    assert!(
        page.text()
            .contains("Withdraw the other one with its own private link"),
        "{}",
        page.text()
    );
    let confirm = browser.get(&format!("{path}/instead")).await;
    assert_eq!(confirm.status, 303, "there is nothing to confirm");
    // a form of another page, sent to that address
    let (_, fields) = browser
        .open(&format!("{path}/withdraw"))
        .await
        .pressed("Withdraw the question", &[]);
    let taken = browser.post(&format!("{path}/instead"), &fields).await;
    assert_eq!(taken.status, 409, "{}", taken.text());
    evening.at(utc(5, 15, 30)).await;
    assert!(
        evening
            .question(theirs)
            .await
            .text()
            .contains("Waiting for a decision")
    );
}

#[tokio::test]
async fn a_question_in_time_stays_in_time_when_the_deadline_moves_before_it() {
    let mut evening = Evening::start_at(utc(5, 10, 0)).await;
    let asked = evening.ask(1).await;
    evening.at(utc(5, 11, 0)).await;
    let calendar = evening.officer.open("/staff/calendar").await;
    let values = [
        ("date-day", "5"),
        ("date-month", "2"),
        ("date-year", "2024"),
        ("title", "Bank holiday proclaimed this morning"),
        ("kind", "bank_holiday"),
    ];
    let confirm = evening
        .officer
        .press(&calendar, "See which deadlines move", &values)
        .await;
    evening
        .officer
        .press(&confirm, "Add the day and send the letters", &[])
        .await;
    let letter = evening.letter(1).await;
    assert!(
        letter
            .text
            .contains("It was received before this change, so it stays in time"),
        "{}",
        letter.text
    );
    assert!(
        !letter.text.contains("send the other by"),
        "the new deadline has passed: {}",
        letter.text
    );
    evening.approve(asked).await;
}

#[tokio::test]
async fn a_board_with_a_new_name_is_told_to_those_who_hold_letters_with_the_old() {
    let evening = Evening::start().await;
    evening.ask(1).await;
    let boards = evening.officer.open("/staff/boards").await;
    let form = evening
        .officer
        .open(&boards.link("Safer Policy and Performance Board"))
        .await;
    let confirm = evening
        .officer
        .press(
            &form,
            "Save the board",
            &[("name", "Community Safety Policy and Performance Board")],
        )
        .await;
    assert_eq!(confirm.heading(), "Change the board’s name?");
    evening
        .officer
        .press(&confirm, "Change the board and send the letters", &[])
        .await;
    let letter = evening.letter(1).await;
    assert!(
        letter.text.contains("Safer Policy and Performance Board is now called the Community Safety Policy and Performance Board."),
        "{}",
        letter.text
    );
    // without anybody to tell, it is simply saved
    let form = evening
        .officer
        .open(&boards.link("Health Policy and Performance Board"))
        .await;
    let saved = evening
        .officer
        .press(&form, "Save the board", &[("minute_prefix", "HEA")])
        .await;
    assert_eq!(saved.status, 303);
}

/// The page of the item that the questions are about.
async fn item_page(evening: &Evening) -> (String, Page) {
    let (item, _) = evening.open_item();
    let path = format!("{}/agenda/{item}", evening.meeting);
    let page = evening.officer.open(&path).await;
    (path, page)
}

#[tokio::test]
async fn an_item_that_becomes_private_sends_its_questions_back_to_be_decided_again() {
    let evening = Evening::start().await;
    let (_, title) = evening.open_item();
    let approved = evening.ask(1).await;
    let waiting = evening.ask(2).await;
    evening.approve(approved).await;
    let (path, page) = item_page(&evening).await;
    assert!(
        page.text().contains("2 questions are about this item."),
        "{}",
        page.text()
    );
    let confirm = evening
        .officer
        .press(&page, "Save the item", &[("part", "private")])
        .await;
    assert_eq!(confirm.heading(), "Change this agenda item?");
    let text = confirm.text();
    assert!(
        text.contains("1 person with an approved question that is to be decided on again"),
        "{text}"
    );
    // nothing has been done yet
    assert!(evening.question(approved).await.text().contains("Approved"));
    evening
        .officer
        .press(&confirm, "Change the item and send the letters", &[])
        .await;
    let letter = evening.letter(1).await;
    assert!(
        letter.text.contains(
            "it is dealt with in the private part of the meeting. (Standing Order 34(9)(vi))"
        ) && letter.text.contains("has to be decided on again"),
        "{}",
        letter.text
    );
    assert!(
        evening
            .letter(2)
            .await
            .text
            .contains("cannot be approved as it stands")
    );

    let desk = evening.officer.open("/staff").await;
    assert!(
        desk.text()
            .contains("About an item that takes no questions"),
        "{}",
        desk.text()
    );
    for id in [approved, waiting] {
        let page = evening.question(id).await;
        assert!(page.text().contains("Waiting for a decision"));
        assert!(
            page.text().contains("It cannot be approved as it stands"),
            "{}",
            page.text()
        );
        assert!(
            !page
                .all("button")
                .contains(&"Approve and send the letter".to_owned())
        );
    }
    // a form from before is refused by the clause
    let confirm = evening
        .officer
        .open(&format!("/staff/questions/{waiting}/withdraw"))
        .await;
    let (_, fields) = confirm.pressed("Withdraw the question", &[]);
    let refused = evening
        .officer
        .post(&format!("/staff/questions/{waiting}/approve"), &fields)
        .await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("34(9)(vi)"), "{}", refused.text());

    // recorded under another item, it can be approved; its questioner hears of that
    let choose = evening
        .officer
        .open(&format!("/staff/questions/{waiting}/item"))
        .await;
    let (other, other_title) = evening.open_item();
    assert_ne!(other_title, title);
    let confirm = evening
        .officer
        .press(&choose, "Continue", &[("agenda_item", &other)])
        .await;
    assert!(
        confirm.text().contains("The letter that this sends"),
        "{}",
        confirm.text()
    );
    evening
        .officer
        .press(&confirm, "Record it under this item", &[])
        .await;
    let letter = evening.letter(2).await;
    assert!(
        letter
            .text
            .contains(&format!("It is now about: {other_title}")),
        "{}",
        letter.text
    );
    evening.approve(waiting).await;
    drop(path);
}

#[tokio::test]
async fn an_item_is_taken_off_the_agenda_and_its_questions_are_decided_again() {
    let evening = Evening::start().await;
    let (item, title) = evening.open_item();
    let asked = evening.ask(1).await;
    evening.approve(asked).await;
    let confirm = evening
        .officer
        .open(&format!("{}/agenda/{item}/remove", evening.meeting))
        .await;
    assert!(
        confirm.text().contains("1 question is about this item."),
        "{}",
        confirm.text()
    );
    evening
        .officer
        .press(&confirm, "Remove the item and send the letters", &[])
        .await;
    let page = evening.question(asked).await;
    assert!(page.text().contains("Waiting for a decision"));
    assert!(
        page.text().contains(&title),
        "it is still known what it was about"
    );
    assert!(page.text().contains("34(9)(ii)"), "{}", page.text());
    assert!(evening.letter(1).await.text.contains("decided on again"));
    // the places are counted without a gap
    let meeting = evening.officer.open(&evening.meeting).await;
    let places: Vec<String> = meeting.all("ol[aria-labelledby=agenda] strong");
    let counted: Vec<String> = (1..=places.len()).map(|place| place.to_string()).collect();
    assert_eq!(places, counted);
}

#[tokio::test]
async fn a_new_title_is_told_and_changes_nothing_else() {
    let evening = Evening::start().await;
    let (_, title) = evening.open_item();
    let asked = evening.ask(1).await;
    evening.approve(asked).await;
    let (_, page) = item_page(&evening).await;
    let confirm = evening
        .officer
        .press(&page, "Save the item", &[("title", "Another title for it")])
        .await;
    evening
        .officer
        .press(&confirm, "Change the item and send the letters", &[])
        .await;
    let letter = evening.letter(1).await;
    assert!(
        letter
            .text
            .contains(&format!("Your question was about: {title}"))
            && letter
                .text
                .contains("It is now about: Another title for it"),
        "{}",
        letter.text
    );
    assert!(evening.question(asked).await.text().contains("Approved"));
}

#[tokio::test]
async fn a_procedural_item_is_on_the_agenda_and_cannot_be_chosen() {
    let evening = Evening::start().await;
    // the officer is asked about a title that reads like one
    let page = evening.officer.open(&evening.meeting).await;
    let asked = evening
        .officer
        .press(
            &page,
            "Add the item",
            &[("title", "Declarations of Interest"), ("kind", "ordinary")],
        )
        .await;
    assert_eq!(asked.status, 422, "{}", asked.text());
    assert!(
        asked.problems()[0].contains("looks like a procedural item"),
        "{:?}",
        asked.problems()
    );
    let added = evening.officer.press(&asked, "Add the item", &[]).await;
    assert_eq!(added.status, 303, "{}", added.text());
    let page = evening.officer.follow(added).await;
    assert!(
        page.text()
            .contains("No questions: It is part of how the meeting is run"),
        "{}",
        page.text()
    );

    let resident = evening.app.browser();
    let path = format!("/meetings/{}", evening.meeting_id());
    let meeting = resident.open(&path).await;
    assert!(meeting.text().contains("Declarations of Interest"));
    assert!(
        meeting
            .text()
            .contains("it is part of how the meeting is run (Standing Order 34(9)(ii))"),
        "{}",
        meeting.text()
    );
}

#[tokio::test]
async fn the_same_meeting_again_and_a_day_off_are_asked_about_first() {
    let evening = Evening::start().await;
    let form = evening.officer.open("/staff/meetings/new").await;
    let (_, fields) = form.pressed("Add the meeting", &[]);
    let board = form
        .html()
        .select(&scraper::Selector::parse("label").unwrap())
        .find(|label| label.text().collect::<String>().contains("Safer Policy"))
        .and_then(|label| label.value().attr("for").map(str::to_owned))
        .unwrap();
    drop(fields);
    let board = form.attribute(&format!("#{board}"), "value").unwrap();
    let on = |day: &'static str| {
        [
            ("board", board.clone()),
            ("date-day", day.to_owned()),
            ("date-month", "2".to_owned()),
            ("date-year", "2024".to_owned()),
            ("starts", "6:30pm".to_owned()),
            ("venue", "Town Hall, Runcorn".to_owned()),
        ]
    };
    for (day, doubt) in [
        (
            "6",
            "This board already has a meeting on Tuesday 6 February 2024, at 6:30pm",
        ),
        (
            "10",
            "Saturday 10 February 2024 is not a working day (weekend).",
        ),
    ] {
        let values = on(day);
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let asked = evening
            .officer
            .press(&form, "Add the meeting", &values)
            .await;
        assert_eq!(asked.status, 200, "{}", asked.text());
        assert!(asked.text().contains(doubt), "{}", asked.text());
        let added = evening
            .officer
            .press(&asked, "Add the meeting anyway", &[])
            .await;
        assert_eq!(added.status, 303, "{}", added.text());
    }
}

#[tokio::test]
async fn a_cancelled_meeting_is_shown_as_cancelled_and_its_questions_can_go_to_the_next() {
    let evening = Evening::start().await;
    evening.ask(1).await;
    let confirm = evening
        .officer
        .open(&format!("{}/cancel", evening.meeting))
        .await;
    evening
        .officer
        .press(&confirm, "Cancel the meeting", &[])
        .await;
    let desk = evening.officer.open("/staff").await;
    let row = desk
        .all("ol[aria-labelledby=meetings] > li")
        .into_iter()
        .find(|row| row.contains("Safer"))
        .expect("the meeting");
    assert!(
        row.contains("Cancelled") && !row.contains("Deadline"),
        "{row}"
    );
    let page = evening.officer.open(&evening.meeting).await;
    assert!(!page.text().contains("Change or move the meeting"));
    assert_eq!(evening.change_status().await, 409);
    let letter = evening.letter(1).await;
    assert!(letter.text.contains("We are sorry."), "{}", letter.text);
}
