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
