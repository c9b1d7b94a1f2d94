//! Clause (iii), readings 5 to 7: one question for each person and organisation at a meeting.

use std::num::NonZeroU16;

use chrono::TimeDelta;
use proptest::prelude::*;
use public_question_time::domain::{
    codes::Code,
    questioner::Questioner,
    refusal::{Allowance, NextMeeting, Refusal},
    same_person::{
        AllowanceKey, Likelihood, Likeness, Person, Profile, compare, keys, likeness::Where,
        likenesses, names::LikeName, organisation_key,
    },
    standing_order::one_question::{check, releases_allowance},
    status::Act,
    text::comparable,
};
use rstest::rstest;

use crate::given::{instant, on_behalf_of, questioner};

const POSTCODE: &str = "WA8 7QF";
const ELSEWHERE: &str = "WA7 2BB";

/// What the database does: the keys that both hold.
fn shared(a: &Questioner, b: &Questioner) -> Vec<Allowance> {
    let held = keys(a);
    let mut of: Vec<_> = keys(b)
        .into_iter()
        .filter(|key| held.contains(key))
        .map(|key| key.of)
        .collect();
    of.sort();
    of.dedup();
    of
}

fn person(questioner: &Questioner) -> Person<'_> {
    Person {
        name: questioner.name.as_str(),
        email: questioner.email.as_ref().map(|e| e.as_str()),
        postcode: questioner.postcode.as_str(),
        address: Some(questioner.address.as_str()),
        organisation: questioner.organisation.as_ref().map(|o| o.as_str()),
    }
}

#[rstest]
#[case::email_and_name(("Ann Example", Some("ann@example.com"), POSTCODE), ("Ann Example", Some("ann@example.com"), ELSEWHERE), true)]
#[case::case_of_the_email(("Ann Example", Some("ann@example.com"), POSTCODE), ("ann EXAMPLE", Some("ANN@Example.Com"), ELSEWHERE), true)]
#[case::name_and_postcode(("Ann Example", Some("ann@example.com"), POSTCODE), ("Ann Example", Some("other@example.org"), POSTCODE), true)]
#[case::name_and_postcode_without_email(("Ann Example", None, POSTCODE), ("Ann Example", None, "wa87qf"), true)]
#[case::name_alone(("Ann Example", Some("ann@example.com"), POSTCODE), ("Ann Example", Some("other@example.org"), ELSEWHERE), false)]
#[case::name_alone_without_email(("Ann Example", None, POSTCODE), ("Ann Example", None, ELSEWHERE), false)]
#[case::a_couple_with_one_email_and_address(("Ann Example", Some("us@example.com"), POSTCODE), ("Bob Example", Some("us@example.com"), POSTCODE), false)]
#[case::neighbours(("Ann Example", None, POSTCODE), ("Bob Other", None, POSTCODE), false)]
#[case::nicknames_are_for_the_officer(("Robert Example", None, POSTCODE), ("Bob Example", None, POSTCODE), false)]
#[case::initials_are_for_the_officer(("J Example", None, POSTCODE), ("John Example", None, POSTCODE), false)]
fn the_same_person_has_an_equal_key_and_another_has_none(
    #[case] a: (&str, Option<&str>, &str),
    #[case] b: (&str, Option<&str>, &str),
    #[case] same: bool,
) {
    let (a, b) = (questioner(a.0, a.1, a.2), questioner(b.0, b.1, b.2));
    assert_eq!(shared(&a, &b) == [Allowance::Person], same);
    assert_eq!(
        likenesses(&person(&a), &person(&b)).contains(&Likeness::SamePerson),
        same,
        "the officer sees what the key says"
    );
}

#[rstest]
#[case::full_width("John Smith", "Ｊｏｈｎ Ｓｍｉｔｈ")]
#[case::zero_width("John Smith", "Jo\u{200B}hn Sm\u{2060}ith")]
#[case::zero_width_joiner("John Smith", "John\u{200D} Smith")]
#[case::direction_marks("John Smith", "\u{202E}John Smith\u{202C}")]
#[case::soft_hyphen("John Smith", "Jo\u{AD}hn Smith")]
#[case::blanks("John Smith", "  John \u{a0}\t Smith ")]
#[case::case_("John Smith", "JOHN sMITH")]
#[case::decomposed("José Núñez", "Jose\u{301} Nu\u{301}n\u{303}ez")]
#[case::accents_left_out("José Núñez", "Jose Nunez")]
#[case::stacked_marks("John Smith", "J\u{300}\u{301}\u{302}ohn Smith\u{488}")]
#[case::strokes("Łukasz Øster", "Lukasz Oster")]
#[case::cyrillic_small("Paco Pepe", "Расо Реpе")]
#[case::cyrillic_capitals("Bob Hatton", "Воb Наttоn")]
#[case::cyrillic_t_and_k("Tom Kerr", "Тоm Кеrr")]
#[case::greek_capitals("Kate Tate", "Κate Τate")]
#[case::mathematical("John Smith", "𝐉𝐨𝐡𝐧 𝕊𝕞𝕚𝕥𝕙")]
#[case::curly_apostrophe("Siobhan O'Brien", "Siobhan O’Brien")]
#[case::no_apostrophe("Siobhan O'Brien", "Siobhan OBrien")]
#[case::acute_for_apostrophe("Siobhan O'Brien", "Siobhan O´Brien")]
#[case::grave_for_apostrophe("Siobhan O'Brien", "Siobhan O`Brien")]
#[case::prime_for_apostrophe("Siobhan O'Brien", "Siobhan O′Brien")]
#[case::full_width_apostrophe("Siobhan O'Brien", "Siobhan O＇Brien")]
#[case::hyphen("Ann Smith-Jones", "Ann Smith Jones")]
#[case::dashes("Ann Smith-Jones", "Ann Smith–Jones")]
#[case::full_stop("J. Smith", "J Smith")]
#[case::cyrillic_name_in_capitals("Владимир Щукин", "ВЛАДИМИР ЩУКИН")]
fn one_name_written_in_two_ways_is_one_name(#[case] plain: &str, #[case] disguised: &str) {
    let (a, b) = (
        questioner(plain, None, POSTCODE),
        questioner(disguised, None, POSTCODE),
    );
    assert_eq!(comparable(plain), comparable(disguised));
    assert_eq!(shared(&a, &b), [Allowance::Person]);
}

#[rstest]
#[case("李", "王")]
#[case("李明", "李")]
#[case("José Núñez", "José Muñoz")]
#[case("राम", "रमा")]
#[case("สมชาย", "สมหญิง")]
#[case("กิต", "กต")]
#[case("ガク", "カク")]
#[case("محمد", "محمود")]
#[case("Иван Петров", "Игорь Петров")]
#[case("O'Brien", "O'Bryan")]
#[case("Anne Example", "Ann Example")]
fn two_names_stay_two_in_any_script(#[case] one: &str, #[case] other: &str) {
    assert_ne!(comparable(one), comparable(other));
    assert!(!comparable(one).is_empty());
    let (a, b) = (
        questioner(one, Some("us@example.com"), POSTCODE),
        questioner(other, Some("us@example.com"), POSTCODE),
    );
    assert_eq!(shared(&a, &b), []);
}

#[rstest]
#[case("स्नेहा")]
#[case("ガク")]
#[case("น้ำฝน")]
#[case("أحمد")]
#[case("Zoë")]
fn the_marks_of_a_script_do_not_part_a_name(#[case] name: &str) {
    assert!(!comparable(name).contains(' '));
}

#[rstest]
#[case("Widnes Anglers Ltd", "WIDNES ANGLERS LIMITED", true)]
#[case("Widnes Anglers Ltd.", "Widnes Anglers", true)]
#[case("Widnes Anglers p.l.c.", "Widnes Anglers PLC", true)]
#[case("Widnes Anglers Public Limited Company", "Widnes Anglers plc", true)]
#[case(
    "Widnes Anglers Community Interest Company",
    "Widnes Anglers C.I.C.",
    true
)]
#[case(
    "Widnes Anglers Limited Liability Partnership",
    "Widnes Anglers LLP",
    true
)]
#[case("Widnes Anglers Co. Ltd", "Widnes Anglers", true)]
#[case("Widnes Anglers & Friends", "Widnes Anglers and Friends", true)]
#[case("Widnes Anglers ＆ Friends", "Widnes Anglers and Friends", true)]
#[case("St. Mary's Friends", "St Marys Friends", true)]
#[case("Widnes Litter-Pickers", "Widnes Litter Pickers", true)]
#[case("W.I.D.E. Group", "WIDE Group", true)]
#[case("Ｗidnes Anglers", "Widnes Anglers", true)]
#[case("Widnes Anglers", "Runcorn Anglers", false)]
#[case("Widnes Anglers", "Widnes Anglers Youth", false)]
#[case("Limited", "Company", false)]
#[case("Company of Anglers", "Anglers", false)]
fn an_organisation_is_the_same_less_case_punctuation_and_suffix(
    #[case] one: &str,
    #[case] other: &str,
    #[case] same: bool,
) {
    assert_eq!(organisation_key(one) == organisation_key(other), same);
    let a = on_behalf_of(questioner("Ann Example", None, POSTCODE), one);
    let b = on_behalf_of(questioner("Bob Other", None, ELSEWHERE), other);
    assert_eq!(shared(&a, &b) == [Allowance::Organisation], same);
    assert_eq!(
        likenesses(&person(&a), &person(&b)).contains(&Likeness::SameOrganisation),
        same
    );
    assert!(!organisation_key(one).is_empty());
}

#[test]
fn a_person_can_not_be_taken_for_an_organisation() {
    let person = questioner("Widnes Anglers", None, POSTCODE);
    let organisation = on_behalf_of(questioner("Ann Example", None, ELSEWHERE), "Widnes Anglers");
    assert_eq!(shared(&person, &organisation), []);
}

#[test]
fn a_name_can_not_forge_the_key_of_another() {
    // the parts of a key are parted by a control character, which no name can hold
    for questioner in [
        questioner("Ann Example", Some("ann@example.com"), POSTCODE),
        on_behalf_of(questioner("Ann", None, POSTCODE), "postcode WA8 7QF Ann"),
    ] {
        for key in keys(&questioner) {
            let parts = key.text.split('\u{1f}').count();
            assert!((2..=3).contains(&parts), "{key:?}");
        }
    }
}

#[rstest]
#[case::other_name_one_email(("Ann Example", Some("us@example.com"), POSTCODE), ("Bob Other", Some("US@example.com"), ELSEWHERE), Likeness::SameEmailOtherName)]
#[case::tag(("Ann Example", Some("ann+1@example.com"), POSTCODE), ("Zoe Other", Some("ann@example.com"), ELSEWHERE), Likeness::LikeEmail)]
#[case::dots(("Ann Example", Some("a.nn@example.com"), POSTCODE), ("Zoe Other", Some("ann@example.com"), ELSEWHERE), Likeness::LikeEmail)]
#[case::nickname(("Robert Example", None, POSTCODE), ("Bob Example", None, POSTCODE), at_home(LikeName::Nickname))]
#[case::nickname_with_a_middle_name(("William John Example", None, POSTCODE), ("Bill Example", None, POSTCODE), at_home(LikeName::Nickname))]
#[case::two_short_forms(("Liz Example", None, POSTCODE), ("Beth Example", None, POSTCODE), at_home(LikeName::Nickname))]
#[case::misspelt(("Catherine Exampel", None, POSTCODE), ("Catherine Example", None, POSTCODE), at_home(LikeName::Slip))]
#[case::initial(("J Example", None, POSTCODE), ("John Example", None, POSTCODE), at_home(LikeName::Initial))]
#[case::title(("Mr John Example", None, POSTCODE), ("John Example", None, POSTCODE), at_home(LikeName::Title))]
#[case::other_way_round(("Example John", None, POSTCODE), ("John Example", None, POSTCODE), at_home(LikeName::Order))]
#[case::greek_n_whose_small_letter_is_like_v(("Νina Tate", None, POSTCODE), ("Nina Tate", None, POSTCODE), at_home(LikeName::Slip))]
#[case::nickname_with_a_title(("Mr Bob Example", None, POSTCODE), ("Robert Example", None, POSTCODE), at_home(LikeName::Nickname))]
#[case::run_together(("JohnExample", None, POSTCODE), ("John Example", None, POSTCODE), at_home(LikeName::Hyphen))]
#[case::double_barrelled(("Ann Smith-Jones", None, POSTCODE), ("Ann Smith", None, POSTCODE), at_home(LikeName::DoubleBarrelled))]
#[case::one_address_and_a_slip_in_the_postcode(("John Example", None, "WA8 7QF"), ("John Example", None, "WA8 7FQ"), Likeness::LikeName(LikeName::Same, Where::LikeAddress))]
#[case::nickname_with_one_email(("Robert Example", Some("rob@example.com"), POSTCODE), ("Bob Example", Some("rob@example.com"), ELSEWHERE), Likeness::SameEmailOtherName)]
fn a_weaker_likeness_is_shown_and_never_refuses(
    #[case] a: (&str, Option<&str>, &str),
    #[case] b: (&str, Option<&str>, &str),
    #[case] likeness: Likeness,
) {
    let (a, b) = (questioner(a.0, a.1, a.2), questioner(b.0, b.1, b.2));
    let found = likenesses(&person(&a), &person(&b));
    assert!(found.contains(&likeness), "{found:?}");
    assert!(!found.iter().any(|likeness| likeness.refuses()));
    assert_eq!(shared(&a, &b), []);
    assert!(!likeness.words().is_empty());
}

fn at_home(name: LikeName) -> Likeness {
    Likeness::LikeName(name, Where::SameAddress)
}

/// What is compared of somebody without an organisation.
fn somebody<'a>(name: &'a str, email: &'a str, address: &'a str, postcode: &'a str) -> Person<'a> {
    Person {
        name,
        email: Some(email).filter(|email| !email.is_empty()),
        postcode,
        address: Some(address),
        organisation: None,
    }
}

#[rstest]
#[case::a_couple(
    somebody("John Example", "john@example.com", "1 Mill Lane", POSTCODE),
    somebody("Joan Example", "joan@example.com", "1 Mill Lane", POSTCODE)
)]
#[case::a_parent_and_a_child(
    somebody("Winston Example", "", "1 Mill Lane", POSTCODE),
    somebody("Zelda Example", "", "1 Mill Lane", POSTCODE)
)]
#[case::neighbours(
    somebody("Ann Example", "", "1 Mill Lane", POSTCODE),
    somebody("Bob Other", "", "3 Mill Lane", POSTCODE)
)]
#[case::namesakes(
    somebody("Ann Smith", "a@example.com", "1 Mill Lane", POSTCODE),
    somebody("Ann Smith", "smith@example.org", "24 High Street", ELSEWHERE)
)]
#[case::one_address_in_two_towns(
    somebody("Ann Example", "", "1 High Street", POSTCODE),
    somebody("Bob Other", "", "1 High Street", ELSEWHERE)
)]
fn households_neighbours_and_namesakes_are_let_alone(
    #[case] one: Person<'_>,
    #[case] other: Person<'_>,
) {
    assert_eq!(likenesses(&one, &other), []);
}

#[rstest]
#[case::nickname_at_home(
    somebody("Robert Example", "", "1 Mill Lane", POSTCODE),
    somebody("Bob Example", "", "1 Mill Ln", POSTCODE),
    Some(Likelihood::VeryLikely)
)]
#[case::equal_key(
    somebody("Ann Example", "", "1 Mill Lane", POSTCODE),
    somebody("Ann Example", "", "9 Other Road", POSTCODE),
    Some(Likelihood::VeryLikely)
)]
#[case::couple_with_one_email(
    somebody("John Example", "us@example.com", "1 Mill Lane", POSTCODE),
    somebody("Joan Example", "us@example.com", "1 Mill Lane", POSTCODE),
    Some(Likelihood::Possible)
)]
#[case::no_first_name(
    somebody("Example", "", "1 Mill Lane", POSTCODE),
    somebody("Ann Example", "", "1 Mill Lane", POSTCODE),
    Some(Likelihood::Possible)
)]
#[case::strangers(
    somebody("Ann Example", "", "1 Mill Lane", POSTCODE),
    somebody("Winston Ogundipe", "", "24 High Street", ELSEWHERE),
    None
)]
fn how_likely_it_is_is_said(
    #[case] one: Person<'_>,
    #[case] other: Person<'_>,
    #[case] likelihood: Option<Likelihood>,
) {
    let compared = compare(&Profile::read(&one), &Profile::read(&other));
    assert_eq!(compared.likelihood(), likelihood, "{compared:?}");
}

#[rstest]
#[case("The Widnes Anglers", "Widnes Anglers")]
#[case("Widnes Angler", "Widnes Anglers")]
#[case("Runcorn Co-op", "Runcorn Coop")]
fn like_organisations_are_shown(#[case] one: &str, #[case] other: &str) {
    let a = on_behalf_of(questioner("Ann Example", None, POSTCODE), one);
    let b = on_behalf_of(questioner("Zoe Other", None, ELSEWHERE), other);
    assert_eq!(
        likenesses(&person(&a), &person(&b)),
        [Likeness::LikeOrganisation]
    );
    assert_eq!(shared(&a, &b), []);
}

#[test]
fn strangers_are_not_likened() {
    let a = on_behalf_of(
        questioner("Ann Example", Some("ann@example.com"), POSTCODE),
        "Widnes Anglers",
    );
    let b = on_behalf_of(
        questioner("Winston Ogundipe", Some("w@example.org"), POSTCODE),
        "Runcorn Bowls Club",
    );
    assert_eq!(likenesses(&person(&a), &person(&b)), []);
}

#[rstest]
#[case(&[], &[])]
#[case(&[Allowance::Person], &[Allowance::Person])]
#[case(&[Allowance::Person, Allowance::Person], &[Allowance::Person])]
#[case(&[Allowance::Organisation], &[Allowance::Organisation])]
#[case(&[Allowance::Organisation, Allowance::Person, Allowance::Person], &[Allowance::Person, Allowance::Organisation])]
fn held_keys_refuse_once_for_each_allowance(
    #[case] held: &[Allowance],
    #[case] refused: &[Allowance],
) {
    let held: Vec<_> = held
        .iter()
        .enumerate()
        .map(|(n, &of)| AllowanceKey {
            of,
            text: n.to_string(),
        })
        .collect();
    let expected: Vec<_> = refused
        .iter()
        .map(|&by| Refusal::SecondQuestion { by, allowed: 1 })
        .collect();
    assert_eq!(check(&held, NonZeroU16::MIN), expected);
}

#[test]
fn the_refusal_reveals_nothing_of_the_first_question() {
    for &by in Allowance::ALL {
        let refusal = Refusal::SecondQuestion { by, allowed: 1 };
        let remedy = refusal.remedy(NextMeeting::NotAnnounced);
        let said = format!("{} {} {remedy}", refusal.title(), refusal.reason());
        assert!(said.contains("already been received"));
        assert!(!said.contains('@') && !said.contains("PQ-"));
        assert!(remedy.contains("contact the council"));
        assert!(remedy.contains("kept"));
    }
}

#[rstest]
#[case::disowned_before(Act::Disown, -1, true)]
#[case::disowned_after(Act::Disown, 1, true)]
#[case::disowned_long_after(Act::Disown, 1_000_000_000, true)]
#[case::withdrawn_before(Act::Withdraw, -1, true)]
#[case::withdrawn_at_the_deadline(Act::Withdraw, 0, true)]
#[case::withdrawn_after(Act::Withdraw, 1, false)]
#[case::rejected_before(Act::Reject, -1, true)]
#[case::rejected_at_the_deadline(Act::Reject, 0, true)]
#[case::rejected_after(Act::Reject, 1, false)]
fn an_allowance_comes_back_while_another_question_could_still_be_sent(
    #[case] act: Act,
    #[case] millis_after_the_deadline: i64,
    #[case] released: bool,
) {
    let deadline = instant("2024-02-05T16:00:00Z");
    let at = deadline + TimeDelta::milliseconds(millis_after_the_deadline);
    assert_eq!(releases_allowance(act, at, deadline), released);
}

#[test]
fn no_other_act_gives_an_allowance_back() {
    let deadline = instant("2024-02-05T16:00:00Z");
    for &act in Act::ALL {
        let releases = releases_allowance(act, deadline - TimeDelta::hours(1), deadline);
        let ends_it = matches!(act, Act::Disown | Act::Withdraw | Act::Reject);
        assert_eq!(releases, ends_it, "{act}");
    }
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[A-Z][a-zé'’-]{1,8} [A-Z][a-zñ]{1,8}",
        "\\PC{1,12}"
    ]
}

proptest! {
    #[test]
    fn a_name_compares_the_same_in_any_case_and_form(name in "[A-Za-zéñüÇ'\\- ]{1,20}") {
        use unicode_normalization::UnicodeNormalization;
        let plain = comparable(&name);
        prop_assert_eq!(&comparable(&name.to_uppercase()), &plain);
        prop_assert_eq!(&comparable(&name.nfd().collect::<String>()), &plain);
        prop_assert_eq!(&comparable(&format!(" \u{200B}{name}\u{FEFF} ")), &plain);
    }

    #[test]
    fn comparing_never_panics_and_parts_words_with_one_blank(name in any_name()) {
        let compared = comparable(&name);
        prop_assert_eq!(compared.trim(), &compared);
        prop_assert!(!compared.contains("  "));
        let _ = organisation_key(&name);
    }

    #[test]
    fn likeness_has_no_direction(a in any_name(), b in any_name(), postcode in any::<bool>(), email in any::<bool>()) {
        let one = Person { name: &a, email: Some("us@example.com"), postcode: POSTCODE, address: Some(&b), organisation: Some(&b) };
        let two = Person {
            name: &b,
            email: Some(if email { "us@example.com" } else { "other@example.com" }),
            postcode: if postcode { POSTCODE } else { ELSEWHERE },
            address: Some(&a),
            organisation: Some(&a),
        };
        let (one, two) = (Profile::read(&one), Profile::read(&two));
        let found = compare(&one, &two);
        prop_assert_eq!(&found, &compare(&two, &one));
        prop_assert!(found.reasons.is_sorted());
        prop_assert!(found.weight.is_finite());
        prop_assert_eq!(found.likelihood().is_some(), !found.reasons.is_empty());
    }

    #[test]
    fn only_an_equal_key_refuses(
        first in "[A-Z][a-z]{2,6}", other in "[A-Z][a-z]{2,6}", last in "[A-Z][a-z]{2,8}", one_email in any::<bool>(), one_postcode in any::<bool>(),
    ) {
        let email = |n: u8| format!("name{n}@example.com");
        let (name_a, name_b) = (format!("{first} {last}"), format!("{other} {last}"));
        let a = questioner(&name_a, Some(&email(1)), POSTCODE);
        let b = questioner(&name_b, Some(&email(if one_email { 1 } else { 2 })), if one_postcode { POSTCODE } else { ELSEWHERE });
        let refuses = likenesses(&person(&a), &person(&b)).iter().any(|likeness| likeness.refuses());
        prop_assert_eq!(refuses, !shared(&a, &b).is_empty());
    }

    #[test]
    fn a_name_is_alike_with_itself_in_any_order_and_with_a_title(first in "[A-Z][a-z]{2,8}", last in "[A-Z][a-z]{2,8}") {
        let name = format!("{first} {last}");
        for written in [format!("{last} {first}"), format!("Mrs {name}"), format!("{last}, {first}")] {
            let a = somebody(&name, "", "1 Mill Lane", POSTCODE);
            let b = somebody(&written, "", "1 Mill Lane", POSTCODE);
            prop_assert!(!likenesses(&a, &b).is_empty(), "{} and {}", name, written);
        }
    }
}
