//! Clauses (ii) and (vi), reading 9: a question is about the agenda, and not about an application or a private matter.

use public_question_time::domain::{
    agenda::{ItemKind, NotForQuestions, Part},
    question::{Matter, MatterWords},
    refusal::{Clause, Refusal},
    standing_order::agenda_matter::check,
};
use rstest::rstest;

use crate::given::{agenda, item, item_id, meeting, meeting_id};

fn words() -> Matter {
    Matter::Described(MatterWords::parse("Road safety near schools").unwrap())
}

#[rstest]
#[case::ordinary(Part::Public, ItemKind::Ordinary, None)]
#[case::planning(
    Part::Public,
    ItemKind::PlanningApplication,
    Some(NotForQuestions::PlanningApplication)
)]
#[case::licensing(
    Part::Public,
    ItemKind::LicensingApplication,
    Some(NotForQuestions::LicensingApplication)
)]
#[case::private(Part::Private, ItemKind::Ordinary, Some(NotForQuestions::Private))]
#[case::private_planning(
    Part::Private,
    ItemKind::PlanningApplication,
    Some(NotForQuestions::Private)
)]
#[case::private_licensing(
    Part::Private,
    ItemKind::LicensingApplication,
    Some(NotForQuestions::Private)
)]
fn an_item_says_whether_and_why_not(
    #[case] part: Part,
    #[case] kind: ItemKind,
    #[case] why: Option<NotForQuestions>,
) {
    let item = item(9, part, kind);
    assert_eq!(item.not_for_questions(), why);
    let refusal = check(
        &Matter::Item(item.id),
        &meeting(),
        std::slice::from_ref(&item),
    );
    match (why, refusal) {
        (None, None) => {}
        (Some(why), Some(refusal)) => {
            assert_eq!(refusal.clause(), Clause::Vi);
            assert!(refusal.reason().contains(&item.title), "names the item");
            assert!(refusal.reason().contains(why.words()), "says why");
        }
        (why, refusal) => panic!("{why:?} but {refusal:?}"),
    }
}

#[test]
fn words_are_enough_until_the_agenda_is_out_and_not_after() {
    let mut meeting = meeting();
    meeting.agenda_published = false;
    assert_eq!(check(&words(), &meeting, &[]), None);
    assert_eq!(check(&words(), &meeting, &agenda()), None);
    meeting.agenda_published = true;
    assert_eq!(
        check(&words(), &meeting, &agenda()),
        Some(Refusal::NotOnAgenda)
    );
    assert_eq!(Refusal::NotOnAgenda.clause(), Clause::Ii);
}

#[rstest]
fn a_barred_item_is_barred_whether_the_agenda_is_out_or_not(
    #[values(true, false)] agenda_published: bool,
    #[values(2, 3, 4)] barred: u128,
) {
    let mut meeting = meeting();
    meeting.agenda_published = agenda_published;
    let refusal = check(&Matter::Item(item_id(barred)), &meeting, &agenda());
    assert!(
        matches!(refusal, Some(Refusal::ItemNotForQuestions { .. })),
        "{refusal:?}"
    );
}

#[test]
fn an_item_that_is_not_on_this_agenda_is_refused() {
    assert_eq!(
        check(&Matter::Item(item_id(99)), &meeting(), &agenda()),
        Some(Refusal::NotOnAgenda)
    );
    let mut elsewhere = item(1, Part::Public, ItemKind::Ordinary);
    elsewhere.meeting_id = meeting_id(2);
    assert_eq!(
        check(&Matter::Item(item_id(1)), &meeting(), &[elsewhere]),
        Some(Refusal::NotOnAgenda),
        "an item of another meeting"
    );
}

#[rstest]
#[case::empty("", "empty")]
#[case::blank(" \t ", "empty")]
#[case::invisible("\u{200B}\u{2060}\u{3164}", "empty")]
#[case::punctuation_alone("...", "empty")]
#[case::too_long(&"m".repeat(201), "too_long")]
#[case::control("\u{7}\u{1b}", "empty")]
fn words_for_the_matter_that_say_nothing_are_refused(#[case] typed: &str, #[case] code: &str) {
    assert_eq!(MatterWords::parse(typed).unwrap_err().code, code);
}

#[test]
fn words_for_the_matter_are_one_line() {
    assert_eq!(
        MatterWords::parse("  Bus\r\nshelters \u{200B}")
            .unwrap()
            .as_str(),
        "Bus shelters"
    );
    assert!(MatterWords::parse(&"m".repeat(200)).is_ok());
}
