//! Clause (v), reading 10: finding questions that are substantially the same. The service finds and ranks; a person decides.

use proptest::prelude::*;
use public_question_time::domain::similarity::{Band, Index, Piece, Thresholds, marked};
use rstest::rstest;

/// Questions put at earlier meetings, no two on one matter.
const EARLIER: &[&str] = &[
    "When will the council repair the street lights on Hale Road, which have been out since October?",
    "What is being done to reduce knife crime among young people in the town centre?",
    "How many empty council houses are there in the borough, and when will they be let?",
    "Why has the number 14 bus stopped serving the hospital on Sundays?",
    "Will the council plant more trees in Victoria Park to replace those felled last winter?",
    "What does the board intend to do about fly-tipping behind the shops in Ditton?",
    "How does the council check the quality of care in private nursing homes?",
    "Are there plans to fit average speed cameras on the Silver Jubilee Bridge?",
];

#[rstest]
#[case::lights(
    0,
    "The street lighting along Hale Road has not worked for months. When is it going to be repaired?"
)]
#[case::knives(
    1,
    "Could the board tell residents how it is tackling young people carrying knives in our town centres?"
)]
#[case::houses(
    2,
    "I would like to know the number of council homes standing empty and the date on which each house will be let."
)]
#[case::bus(
    3,
    "Dear Chair, my mother visits the hospital each Sunday. The 14 bus no longer goes there. Why was the service stopped?"
)]
#[case::trees(
    4,
    "Trees were felled in Victoria Park over the winter: will replacements be planted?"
)]
#[case::tipping(
    5,
    "Rubbish is being fly tipped at the back of Ditton shops. What will be done?"
)]
#[case::care(
    6,
    "What checks are made on how good the care is in nursing homes that are privately run?"
)]
#[case::cameras(7, "Will speed cameras be installed on the Jubilee Bridge?")]
fn a_question_in_other_words_finds_the_earlier_one_first(#[case] same: usize, #[case] asked: &str) {
    let matches = Index::build(EARLIER.iter().copied()).rank(asked, 0.0, 10);
    assert_eq!(matches[0].entry, same, "{matches:?}");
    let next = matches.get(1).map_or(0.0, |m| m.score);
    assert!(matches[0].score > 1.5 * next, "clearly above: {matches:?}");
    assert!(!matches[0].shared.is_empty());
}

#[test]
fn an_unrelated_question_is_hardly_like_any() {
    let matches = Index::build(EARLIER.iter().copied()).rank(
        "Can the swimming baths open earlier for pensioners?",
        0.0,
        10,
    );
    assert!(matches.iter().all(|m| m.score < 0.2), "{matches:?}");
}

#[rstest]
#[case::case_("WHEN WILL THE STREET LIGHTS ON HALE ROAD BE REPAIRED")]
#[case::full_width("Ｗｈｅｎ will the ｓｔｒｅｅｔ ｌｉｇｈｔｓ on Hale Road be repaired")]
#[case::curly("When will the street light’s on Hale Road be repaired")]
#[case::soft_hyphens("When will the stre\u{AD}et lig\u{AD}hts on Hale Road be repaired")]
fn the_way_of_writing_does_not_hide_the_likeness(#[case] asked: &str) {
    let plain = "When will the street lights on Hale Road be repaired";
    let matches = Index::build([plain]).rank(asked, 0.0, 1);
    assert!(matches[0].score > 0.8, "{matches:?}");
}

#[test]
fn the_same_words_in_another_order_are_the_same_bag() {
    let matches = Index::build(["Trees planted in Victoria Park"]).rank(
        "In Victoria Park, planted trees",
        0.0,
        1,
    );
    assert!((matches[0].score - 1.0).abs() < 1e-9);
}

#[test]
fn ranks_are_best_first_cut_at_the_least_and_the_most() {
    let index = Index::build(EARLIER.iter().copied());
    let asked = "When will street lights in the town centre and in Victoria Park be repaired?";
    let all = index.rank(asked, 0.0, usize::MAX);
    assert!(all.len() >= 3, "{all:?}");
    assert!(all.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert_eq!(index.rank(asked, 0.0, 2), all[..2]);
    let least = all[1].score;
    assert!(
        index
            .rank(asked, least, usize::MAX)
            .iter()
            .all(|m| m.score >= least)
    );
    assert_eq!(index.rank(asked, 0.0, 0), []);
}

#[test]
fn nothing_compared_with_nothing_finds_nothing() {
    assert_eq!(Index::build([]).rank("Why?", 0.0, 5), []);
    assert_eq!(Index::build([""]).rank("", 0.0, 5), []);
    assert_eq!(Index::build(["…", "Trees"]).rank("!?", 0.0, 5), []);
}

#[test]
fn a_question_of_little_words_still_finds_itself() {
    let index = Index::build(["Why is it so?", "Who are you?", "Why are trees felled?"]);
    let matches = index.rank("Why is it so?", 0.0, 5);
    assert_eq!(matches[0].entry, 0);
    assert!((matches[0].score - 1.0).abs() < 1e-9);
    // little words count only where there is nothing else
    assert!(matches.iter().all(|m| m.entry != 2), "{matches:?}");
}

#[rstest]
#[case(1.0, Some(Band::Strong))]
#[case(0.5, Some(Band::Strong))]
#[case(0.499, Some(Band::Related))]
#[case(0.25, Some(Band::Related))]
#[case(0.249, None)]
#[case(0.0, None)]
fn the_bands_begin_at_their_thresholds(#[case] score: f64, #[case] band: Option<Band>) {
    let thresholds = Thresholds {
        strong: 0.5,
        related: 0.25,
    };
    assert_eq!(thresholds.band(score), band);
}

#[test]
fn the_marks_are_on_the_words_that_are_shared() {
    let earlier = "When will the street lights be repaired?";
    let asked = "Repairing lights: when?";
    let matches = Index::build([earlier]).rank(asked, 0.0, 1);
    let shared = |text| -> Vec<String> {
        marked(text, &matches[0].shared)
            .iter()
            .filter(|piece| piece.shared)
            .map(|piece| piece.text.to_owned())
            .collect()
    };
    assert_eq!(shared(earlier), ["lights", "repaired"]);
    assert_eq!(shared(asked), ["Repairing", "lights"]);
    assert_eq!(
        marked("Nothing alike", &matches[0].shared),
        [Piece {
            text: "Nothing alike",
            shared: false
        }]
    );
    assert_eq!(marked("", &matches[0].shared), []);
}

/// Any text at all, and text that looks like questions.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z’' .,?\n-]{0,80}",
        "(street|light|lamp|road|bus|tree|when|the|is|Straße|café|l'été|李|\u{200B}|🏴){0,12}",
        prop::collection::vec("(street|lights|roads|buses|trees|when|the|is|why)", 0..14)
            .prop_map(|words| words.join(" ")),
    ]
}

proptest! {
    #[test]
    fn a_text_is_most_like_itself(asked in text(), others in prop::collection::vec(text(), 0..6)) {
        let index = Index::build(std::iter::once(asked.as_str()).chain(others.iter().map(String::as_str)));
        let matches = index.rank(&asked, 0.0, usize::MAX);
        if let Some(itself) = matches.iter().find(|m| m.entry == 0) {
            prop_assert!((itself.score - 1.0).abs() < 1e-9, "{}", itself.score);
            prop_assert!(matches.iter().all(|m| m.score <= itself.score + 1e-9));
        } else {
            prop_assert!(matches.is_empty(), "like others and not itself");
            prop_assert!(!asked.chars().any(|c| c.is_ascii_alphanumeric()), "{:?}", asked);
        }
    }

    #[test]
    fn scores_are_between_nothing_and_one(texts in prop::collection::vec(text(), 0..6), asked in text()) {
        for found in Index::build(texts.iter().map(String::as_str)).rank(&asked, 0.0, usize::MAX) {
            prop_assert!((0.0..=1.0).contains(&found.score));
            prop_assert!(found.entry < texts.len());
            let pieces = marked(&texts[found.entry], &found.shared);
            prop_assert!(pieces.iter().any(|p| p.shared), "a match that nothing explains");
        }
    }

    #[test]
    fn the_pieces_make_up_the_text(text in text(), shared in prop::collection::vec("[a-z]{1,5}", 0..5)) {
        let mut stems = shared;
        stems.extend(Index::build([text.as_str()]).rank(&text, 0.0, 1).into_iter().flat_map(|m| m.shared).step_by(2));
        let pieces = marked(&text, &stems);
        prop_assert_eq!(pieces.iter().map(|p| p.text).collect::<String>(), text.as_str());
        prop_assert!(pieces.iter().all(|p| !p.text.is_empty()));
    }
}
