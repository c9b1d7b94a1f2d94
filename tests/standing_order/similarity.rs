//! Clause (v), reading 10: finding questions that are substantially the same. The service finds and ranks; a person decides.

use chrono::NaiveDate;
use proptest::prelude::*;
use public_question_time::domain::{
    id::QuestionId,
    similarity::{
        Archive, Asked, Band, Match, Thresholds,
        explanation::{Mark, Piece, explain},
    },
};
use rstest::rstest;
use uuid::Uuid;

fn id(number: usize) -> QuestionId {
    Uuid::from_u128(number as u128).into()
}

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, number).unwrap()
}

/// All of these were put on one day.
fn archive<'a>(texts: impl IntoIterator<Item = &'a str>) -> Archive {
    let mut archive = Archive::default();
    for (number, text) in texts.into_iter().enumerate() {
        archive.hold(id(number), Some(day(1)), &Asked::read(text));
    }
    archive
}

fn rank(archive: &Archive, asked: &str) -> Vec<Match> {
    archive.find(&Asked::read(asked), None, |_, _| true, usize::MAX)
}

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

/// The bands as they are delivered.
const DELIVERED: Thresholds = Thresholds {
    strong: 0.9,
    related: 0.15,
};

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
    let matches = rank(&archive(EARLIER.iter().copied()), asked);
    assert_eq!(matches[0].id, id(same), "{matches:?}");
    assert!(
        DELIVERED.band(matches[0].likelihood).is_some(),
        "{matches:?}"
    );
    let next = matches.get(1).map_or(0.0, |m| m.likelihood);
    assert!(
        matches[0].likelihood > 5.0 * next,
        "clearly above: {matches:?}"
    );
    assert!(DELIVERED.band(next).is_none(), "{matches:?}");
    assert!(!explain(asked, EARLIER[same]).shared.is_empty());
}

#[test]
fn an_unrelated_question_is_like_none() {
    let matches = rank(
        &archive(EARLIER.iter().copied()),
        "Can the swimming baths open earlier for pensioners?",
    );
    assert!(
        matches
            .iter()
            .all(|m| DELIVERED.band(m.likelihood).is_none()),
        "{matches:?}"
    );
}

/// What people who want to slip past, or who write in another way, do to a text.
#[rstest]
#[case::capitals(
    "WHEN WILL THE STREET LIGHTS ON HALE ROAD BE REPAIRED, WHICH HAVE BEEN OUT SINCE OCTOBER?"
)]
#[case::full_width(
    "Ｗｈｅｎ will the council repair the ｓｔｒｅｅｔ ｌｉｇｈｔｓ on Hale Road, out since October?"
)]
#[case::curly(
    "When will the council repair the street light’s on ‘Hale Road’, which have been out since October?"
)]
#[case::soft_hyphens(
    "When will the council re\u{AD}pair the stre\u{AD}et lig\u{AD}hts on Hale Road, out since October?"
)]
#[case::zero_width(
    "When will the council rep\u{200B}air the str\u{200B}eet lig\u{2060}hts on Ha\u{200D}le Road, out since October?"
)]
#[case::look_alikes(
    "Whеn will the cоunсil rераir thе strееt lights оn Наlе Rоаd, whiсh hаvе bееn оut sinсе Осtоbеr?"
)]
#[case::accents(
    "When will the council repáir the strèet lïghts on Hãle Road, which have been out since Octôber?"
)]
#[case::list(
    "Street lights:\n- Hale Road\n- out since October\nWhen will the council repair them?"
)]
#[case::letter(
    "Dear Chair,\n\nI am writing as I walk home from work late in the evening. It is dark and my neighbours are afraid.\n\nWhen will the street lights on Hale Road be repaired, which have been out since October?\n\nKind regards,\nSample Resident"
)]
fn the_way_of_writing_does_not_hide_the_likeness(#[case] asked: &str) {
    let matches = rank(&archive(EARLIER.iter().copied()), asked);
    assert_eq!(matches[0].id, id(0));
    assert_eq!(
        DELIVERED.band(matches[0].likelihood),
        Some(Band::Strong),
        "{matches:?}"
    );
}

#[rstest]
#[case::before(|padding: &str, asked: &str| format!("{padding} {asked}"))]
#[case::behind(|padding: &str, asked: &str| format!("{asked} {padding}"))]
#[case::both_and_other_questions(|padding: &str, asked: &str| format!("{padding} Why is the river so high? {asked} {padding} Who counts the swans?"))]
fn padding_does_not_hide_a_question(#[case] padded: fn(&str, &str) -> String) {
    let padding = "I have lived here for forty years and walk my dog along the canal. My daughter sings in the choir and my son \
        plays football on Saturdays. The spring was wet, the river was high, and our cat has not been well. "
        .repeat(5);
    let archive = archive(EARLIER.iter().copied());
    for (number, asked) in EARLIER.iter().enumerate() {
        let matches = rank(&archive, &padded(&padding, asked));
        assert_eq!(matches[0].id, id(number), "{matches:?}");
        assert_eq!(
            DELIVERED.band(matches[0].likelihood),
            Some(Band::Strong),
            "{asked}: {matches:?}"
        );
    }
}

#[test]
fn what_asks_counts_for_more_than_what_leads_up_to_it() {
    let preamble = "The bus shelter in Appleton has broken glass, the seat is gone, and schoolchildren wait there in the rain.";
    let archive = archive([
        &*format!("{preamble} Will the council fit new litter bins?"),
        "Elderly residents stand for half an hour. When will the bus shelter be repaired?",
    ]);
    let matches = rank(
        &archive,
        &format!("{preamble} When will the shelter be repaired?"),
    );
    let likelihood = |number| matches.iter().find(|m| m.id == id(number)).unwrap().signals;
    assert!(
        likelihood(1).sentence > likelihood(0).sentence,
        "{matches:?}"
    );
    assert!(
        likelihood(1).asks_beginnings > likelihood(0).asks_beginnings,
        "{matches:?}"
    );
}

#[test]
fn two_are_alike_where_a_third_is_like_both() {
    let asked = "Will the council ban disposable barbecues?";
    let (one, other) = (
        "Are portable grills allowed on the moor?",
        "Are swings planned for the park?",
    );
    let between = "Disposable barbecues and portable grills start fires on the moor: will the council ban them?";
    let without = rank(&archive([one, other]), asked);
    assert_eq!(without, [], "no word is shared");
    // the third was never put: it is not found, but stands between
    let mut archive = archive([one, other, "Who allowed a ban on swings?"]);
    let neighbours = |archive: &Archive| {
        let found = rank(
            archive,
            "Will the council ban disposable barbecues on the moor?",
        );
        found
            .iter()
            .find(|m| m.id == id(0))
            .map_or(0.0, |m| m.signals.neighbours)
    };
    let before = neighbours(&archive);
    archive.hold(id(9), None, &Asked::read(between));
    assert!(neighbours(&archive) > before, "{before}");
    assert!(rank(&archive, asked).iter().all(|m| m.id != id(9)));
}

#[rstest]
#[case("Will it organise the event?", "Will it organize the event?")]
#[case(
    "Are plans to nationalise buses made?",
    "Are plans to re-nationalise buses made?"
)]
#[case("Is the park’s gate locked?", "Is the park gate locked?")]
#[case("Single-use cups", "single use cups")]
fn spellings_of_one_word_are_one_word(#[case] one: &str, #[case] other: &str) {
    let matches = rank(&archive([one]), other);
    assert!((matches[0].signals.whole - 1.0).abs() < 1e-5, "{matches:?}");
}

#[test]
fn what_is_found_was_put_on_a_day_that_counts() {
    let mut archive = Archive::default();
    let text = Asked::read(EARLIER[0]);
    archive.hold(id(1), Some(day(1)), &text);
    archive.hold(id(2), Some(day(2)), &text);
    archive.hold(id(3), None, &text);
    let found = |itself: Option<usize>, from: u32| -> Vec<QuestionId> {
        let counts = |_, put_on| put_on >= day(from);
        let found = archive.find(&text, itself.map(id), counts, usize::MAX);
        found.iter().map(|m| m.id).collect()
    };
    // of equals the later one comes first
    assert_eq!(found(None, 1), [id(2), id(1)]);
    assert_eq!(found(None, 2), [id(2)]);
    assert_eq!(found(Some(2), 1), [id(1)], "a question is not like itself");
    assert_eq!(found(None, 3), []);
}

#[test]
fn what_is_held_anew_replaces_and_what_is_released_is_gone() {
    let mut archive = archive(EARLIER.iter().copied());
    assert_eq!(archive.len(), EARLIER.len());
    archive.hold(
        id(0),
        Some(day(1)),
        &Asked::read("Who cleans the windows of the library?"),
    );
    assert_eq!(archive.len(), EARLIER.len());
    assert!(rank(&archive, EARLIER[0]).iter().all(|m| m.id != id(0)));
    assert_eq!(
        rank(&archive, "Are the library windows clean?")[0].id,
        id(0)
    );
    archive.release(id(0));
    archive.release(id(0));
    assert_eq!(archive.len(), EARLIER.len() - 1);
    assert_eq!(rank(&archive, "Are the library windows clean?"), []);
}

#[test]
fn ranks_are_best_first_cut_at_the_most() {
    let archive = archive(EARLIER.iter().copied());
    let asked = "When will street lights in the town centre and in Victoria Park be repaired?";
    let all = rank(&archive, asked);
    assert!(all.len() >= 3, "{all:?}");
    assert!(
        all.windows(2)
            .all(|pair| pair[0].likelihood >= pair[1].likelihood)
    );
    let most = |most| archive.find(&Asked::read(asked), None, |_, _| true, most);
    assert_eq!(most(2), all[..2]);
    assert_eq!(most(0), []);
}

#[test]
fn nothing_compared_with_nothing_finds_nothing() {
    assert_eq!(rank(&archive([]), "Why?"), []);
    assert_eq!(rank(&archive([""]), ""), []);
    assert_eq!(rank(&archive(["…", "Trees"]), "!?"), []);
    assert!(archive([]).is_empty());
}

#[test]
fn a_question_of_little_words_still_finds_itself() {
    let archive = archive(["Why is it so?", "Who are you?", "Why are trees felled?"]);
    let matches = rank(&archive, "Why is it so?");
    assert_eq!(matches[0].id, id(0));
    assert!((matches[0].signals.whole - 1.0).abs() < 1e-5);
    // little words count only where there is nothing else
    assert!(matches.iter().all(|m| m.id != id(2)), "{matches:?}");
}

#[rstest]
#[case(1.0, Some(Band::Strong))]
#[case(0.5, Some(Band::Strong))]
#[case(0.499, Some(Band::Related))]
#[case(0.25, Some(Band::Related))]
#[case(0.249, None)]
#[case(0.0, None)]
fn the_bands_begin_at_their_thresholds(#[case] likelihood: f64, #[case] band: Option<Band>) {
    let thresholds = Thresholds {
        strong: 0.5,
        related: 0.25,
    };
    assert_eq!(thresholds.band(likelihood), band);
}

fn with_mark<'a>(pieces: &[Piece<'a>], mark: Mark) -> Vec<&'a str> {
    pieces
        .iter()
        .filter(|piece| piece.mark == mark)
        .map(|piece| piece.text)
        .collect()
}

#[test]
fn an_explanation_marks_what_both_say_and_what_differs() {
    let earlier = "When will the street lights on Hale Road be repaired?";
    let asked = "The street lights in Ditton: repairing them, when?";
    let why = explain(asked, earlier);
    assert_eq!(
        with_mark(&why.here, Mark::Shared),
        ["street lights", "repairing"]
    );
    assert_eq!(with_mark(&why.here, Mark::Differs), ["Ditton"]);
    assert_eq!(
        with_mark(&why.there, Mark::Shared),
        ["street lights", "repaired"]
    );
    assert_eq!(with_mark(&why.there, Mark::Differs), ["Hale", "Road"]);
    assert_eq!(why.shared, ["street lights", "repairing"]);
    assert_eq!(
        (why.only_here, why.only_there),
        (vec!["Ditton"], vec!["Hale", "Road"])
    );
    let nothing = explain("Nothing alike", "Trees");
    assert_eq!(with_mark(&nothing.here, Mark::Shared), Vec::<&str>::new());
    assert_eq!(explain("", "").here, []);
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
        let archive = archive(std::iter::once(asked.as_str()).chain(others.iter().map(String::as_str)));
        let matches = rank(&archive, &asked);
        if let Some(itself) = matches.iter().find(|m| m.id == id(0)) {
            prop_assert!(itself.signals.whole > 0.999, "{itself:?}");
            prop_assert!(matches.iter().all(|m| m.likelihood <= itself.likelihood + 1e-3), "{matches:?}");
            prop_assert!(itself.likelihood > 0.9, "{itself:?}");
        } else {
            prop_assert!(matches.is_empty(), "like others and not itself");
            prop_assert!(!asked.chars().any(|c| c.is_ascii_digit()), "{:?}", asked);
        }
    }

    #[test]
    fn likelihoods_and_signals_are_between_nothing_and_one(texts in prop::collection::vec(text(), 0..6), asked in text()) {
        for found in rank(&archive(texts.iter().map(String::as_str)), &asked) {
            prop_assert!((0.0..=1.0).contains(&found.likelihood), "{:?}", found);
            prop_assert!(found.signals.values().iter().all(|signal| (0.0..=1.0).contains(signal)), "{:?}", found);
        }
    }

    /// However an archive came to hold its texts, it finds the same: nodes that started at other times agree.
    #[test]
    fn history_does_not_matter(
        texts in prop::collection::vec(text(), 1..6),
        detours in prop::collection::vec((0_usize..6, text()), 0..6),
        asked in text(),
    ) {
        let direct = archive(texts.iter().map(String::as_str));
        let mut roundabout = Archive::default();
        for (number, text) in &detours {
            roundabout.hold(id(*number), Some(day(2)), &Asked::read(text));
        }
        for number in 0..6 {
            roundabout.release(id(number));
        }
        for (number, text) in texts.iter().enumerate().rev() {
            roundabout.hold(id(number), Some(day(1)), &Asked::read(text));
        }
        let (one, other) = (rank(&direct, &asked), rank(&roundabout, &asked));
        prop_assert_eq!(one.len(), other.len());
        for found in &one {
            let same = other.iter().find(|m| m.id == found.id).expect("found by both");
            prop_assert!((same.likelihood - found.likelihood).abs() < 1e-3, "{:?} {:?}", found, same);
        }
    }

    #[test]
    fn the_pieces_make_up_the_texts(here in text(), there in text()) {
        let why = explain(&here, &there);
        for (text, pieces) in [(&here, &why.here), (&there, &why.there)] {
            prop_assert_eq!(pieces.iter().map(|p| p.text).collect::<String>(), text.as_str());
            prop_assert!(pieces.iter().all(|p| !p.text.is_empty()));
        }
        prop_assert_eq!(why.shared.is_empty(), why.here.iter().all(|p| p.mark != Mark::Shared));
        let swapped = explain(&there, &here);
        prop_assert_eq!(swapped.only_here, why.only_there);
        prop_assert_eq!(swapped.only_there, why.only_here);
    }
}
