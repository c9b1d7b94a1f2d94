//! What the tests are given: a board's meeting, its agenda, a questioner, the figures as the council prints them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use public_question_time::domain::{
    agenda::{AgendaItem, ItemKind, Part},
    codes::Code,
    id::{AgendaItemId, BoardId, MeetingId, QuestionId},
    meeting::{Meeting, MeetingStatus},
    questioner::{
        EmailAddress, Naming, Organisation, PersonName, PostalAddress, Postcode, Questioner,
    },
    refusal::Clause,
    standing_order::{
        figures::{Figures, UncheckedFigures},
        notice::{Deadline, Notice},
    },
    wording::RuleNames,
    working_days::WorkingDays,
};
use uuid::Uuid;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn question_id(n: u128) -> QuestionId {
    Uuid::from_u128(0x51_0000 + n).into()
}

pub fn item_id(n: u128) -> AgendaItemId {
    Uuid::from_u128(0x17_0000 + n).into()
}

pub fn meeting_id(n: u128) -> MeetingId {
    Uuid::from_u128(0x33_0000 + n).into()
}

/// A meeting at 6:30pm on Tuesday 6 February 2024, its agenda out.
pub fn meeting() -> Meeting {
    Meeting {
        id: meeting_id(1),
        board_id: BoardId::from(Uuid::from_u128(7)),
        date: day("2024-02-06"),
        starts: NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
        venue: "The boardroom".to_owned(),
        status: MeetingStatus::Scheduled,
        agenda_published: true,
        demonstration: false,
        version: 1,
    }
}

/// The names of the rule as Halton Borough Council's papers have them.
pub fn rule_names() -> RuleNames {
    RuleNames {
        rule: "Standing Order 34(9)".to_owned(),
        kind: "Standing Order".to_owned(),
        clauses: Clause::ALL
            .iter()
            .map(|clause| (*clause, format!("34(9)({clause})")))
            .collect(),
        board: "Policy and Performance Board".to_owned(),
        boards: "Policy and Performance Boards".to_owned(),
        officer: "Committee Services Manager".to_owned(),
    }
}

/// 4pm on Monday 5 February 2024.
pub fn deadline() -> Deadline {
    Notice::default()
        .reckon(meeting().date, &WorkingDays::new([], 2024..=2024))
        .unwrap()
}

pub fn item(n: u128, part: Part, kind: ItemKind) -> AgendaItem {
    AgendaItem {
        id: item_id(n),
        meeting_id: meeting_id(1),
        position: i32::try_from(n).unwrap(),
        title: format!("Item number {n}"),
        minute_number: None,
        part,
        kind,
    }
}

/// Item 1 is open to questions, 2 is a planning application, 3 a licensing application, 4 private.
pub fn agenda() -> Vec<AgendaItem> {
    vec![
        item(1, Part::Public, ItemKind::Ordinary),
        item(2, Part::Public, ItemKind::PlanningApplication),
        item(3, Part::Public, ItemKind::LicensingApplication),
        item(4, Part::Private, ItemKind::Ordinary),
    ]
}

pub fn questioner(name: &str, email: Option<&str>, postcode: &str) -> Questioner {
    Questioner {
        name: PersonName::parse(name).unwrap(),
        organisation: None,
        address: PostalAddress::parse("1 Example Street\nWidnes").unwrap(),
        postcode: Postcode::parse(postcode).unwrap(),
        email: email.map(|email| EmailAddress::parse(email).unwrap()),
        telephone: None,
        needs: None,
        resident: true,
        naming: Naming::Name,
        carer: None,
    }
}

pub fn on_behalf_of(mut questioner: Questioner, organisation: &str) -> Questioner {
    questioner.organisation = Some(Organisation::parse(organisation).unwrap());
    questioner
}

pub fn figures() -> Figures {
    figures_with(|_| {})
}

pub fn figures_with(change: impl FnOnce(&mut UncheckedFigures)) -> Figures {
    let mut unchecked = UncheckedFigures::default();
    change(&mut unchecked);
    Figures::check(1, &unchecked).unwrap()
}

pub fn millis(n: i64) -> TimeDelta {
    TimeDelta::milliseconds(n)
}
