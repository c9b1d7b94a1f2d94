//! Refusals: each cites its clause, gives a reason and a remedy; and `admit` returns them all together.

use std::{collections::BTreeSet, num::NonZeroU16};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use public_question_time::domain::{
    agenda::NotForQuestions,
    codes::Code,
    meeting::MeetingStatus,
    question::{Matter, MatterWords},
    questioner::Questioner,
    refusal::{Allowance, Clause, NextMeeting, Refusal, RefusalWords},
    same_person::{AllowanceKey, keys},
    standing_order::{Circumstances, Exception, Notice, admit, residents::PostcodeCheck},
    wording::Wording,
};
use rstest::rstest;

use crate::given::{
    agenda, deadline, figures, instant, item_id, meeting, on_behalf_of, questioner, rule_names,
};

/// One of each variant, and of each that says different things.
fn each_refusal() -> Vec<Refusal> {
    let at = instant("2024-02-05T16:00:00Z");
    vec![
        Refusal::Late {
            deadline: at,
            received_at: at + TimeDelta::milliseconds(1),
        },
        Refusal::SecondQuestion {
            by: Allowance::Person,
            allowed: 1,
        },
        Refusal::SecondQuestion {
            by: Allowance::Organisation,
            allowed: 1,
        },
        Refusal::NotResident,
        Refusal::OutsideBorough {
            postcode: "CH1 1AA".to_owned(),
        },
        Refusal::NotOnAgenda,
        Refusal::ItemNotForQuestions {
            item: "Land".to_owned(),
            why: NotForQuestions::PlanningApplication,
        },
        Refusal::ItemNotForQuestions {
            item: "Bar".to_owned(),
            why: NotForQuestions::LicensingApplication,
        },
        Refusal::ItemNotForQuestions {
            item: "Staff".to_owned(),
            why: NotForQuestions::Private,
        },
        Refusal::MeetingNotTakingQuestions { cancelled: true },
        Refusal::MeetingNotTakingQuestions { cancelled: false },
        Refusal::QuestionTimeOver { minutes: 30 },
        Refusal::SpeakingTimeOver { minutes: 3 },
        Refusal::SecondSupplementary { allowed: 0 },
        Refusal::SecondSupplementary { allowed: 1 },
        Refusal::SecondSupplementary { allowed: 2 },
        Refusal::NotIndicated,
    ]
}

/// The clause of each kind, by the printed rule. The compiler says when a variant is missing here.
fn printed_clause(refusal: &Refusal) -> Clause {
    match refusal {
        Refusal::NotResident
        | Refusal::OutsideBorough { .. }
        | Refusal::QuestionTimeOver { .. } => Clause::I,
        Refusal::NotOnAgenda => Clause::Ii,
        Refusal::Late { .. }
        | Refusal::SecondQuestion { .. }
        | Refusal::MeetingNotTakingQuestions { .. } => Clause::Iii,
        Refusal::SecondSupplementary { .. } => Clause::Iv,
        Refusal::ItemNotForQuestions { .. } => Clause::Vi,
        Refusal::NotIndicated => Clause::Vii,
        Refusal::SpeakingTimeOver { .. } => Clause::Viii,
    }
}

#[test]
fn each_cites_its_clause_and_says_why_and_what_then() {
    for refusal in each_refusal() {
        assert_eq!(refusal.clause(), printed_clause(&refusal), "{refusal:?}");
        for next in EVERY_NEXT_MEETING {
            let words = RefusalWords::new(&refusal, &rule_names(), next);
            assert!(words.cited.starts_with("Standing Order 34(9)("));
            assert!(!words.title.is_empty() && !words.title.ends_with('.'));
            assert!(words.reason.ends_with('.'), "{refusal:?}");
            assert!(words.remedy.ends_with('.'), "{refusal:?}");
            let said = format!("{} {} {}", words.title, words.reason, words.remedy);
            assert!(!said.to_lowercase().contains("please"), "{said}");
        }
    }
}

#[test]
fn each_kind_has_a_code_of_its_own_fit_for_an_address() {
    let kinds: BTreeSet<_> = each_refusal().iter().map(Refusal::kind).collect();
    assert_eq!(kinds.len(), 11);
    assert!(
        kinds
            .iter()
            .all(|k| k.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
    );
}

#[test]
fn each_can_be_stored_and_read_back() {
    for refusal in each_refusal() {
        let json = serde_json::to_value(&refusal).unwrap();
        assert_eq!(
            json["kind"].as_str().unwrap().replace('_', "-"),
            refusal.kind(),
            "stored and sent under one name"
        );
        assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), refusal);
    }
}

#[test]
fn every_clause_has_plain_words_and_a_number() {
    let (figures, names) = (figures(), rule_names());
    let wording = Wording {
        figures: &figures,
        names: &names,
    };
    let cited: BTreeSet<_> = Clause::ALL.iter().map(|c| names.cite(*c)).collect();
    assert_eq!(cited.len(), 9);
    for &clause in Clause::ALL {
        assert!(wording.clause(clause).ends_with('.'));
        assert_eq!(Clause::from_code(clause.code()), Some(clause));
    }
}

#[test]
fn a_late_question_is_told_the_deadline_and_its_receipt_to_the_millisecond() {
    let refusal = &each_refusal()[0];
    assert!(refusal.reason().contains("4pm on Monday 5 February 2024"));
    assert!(
        refusal
            .reason()
            .contains("5 February 2024 at 4:00:00.001pm")
    );
    assert!(refusal.remedy(NextMeeting::NotAnnounced).contains("kept"));
}

/// Everything that can be known of the board's next meeting.
const EVERY_NEXT_MEETING: [NextMeeting; 5] = [
    NextMeeting::On(chrono::NaiveDate::from_ymd_opt(2024, 3, 19).unwrap()),
    NextMeeting::WillBeTold,
    NextMeeting::NotAnnounced,
    NextMeeting::Unknown,
    NextMeeting::Barred,
];

#[test]
fn a_remedy_names_the_next_meeting_where_there_is_one_and_promises_a_letter_only_where_one_is_written()
 {
    let [announced, told, not_announced, unknown, barred] = EVERY_NEXT_MEETING;
    for refusal in each_refusal() {
        let said = |next| refusal.remedy(next);
        if !refusal.may_be_sent_on() || matches!(refusal, Refusal::ItemNotForQuestions { .. }) {
            assert!(!said(announced).contains("next meeting"), "{refusal:?}");
            continue;
        }
        assert!(said(announced).contains("next meeting, on Tuesday 19 March 2024"));
        assert!(said(told).contains("has not been announced. We will write to you"));
        assert!(!said(barred).contains("next meeting"), "{refusal:?}");
        for next in [announced, not_announced, unknown] {
            assert!(!said(next).contains("will write"), "{refusal:?}");
        }
        assert!(said(not_announced).contains("has not been announced"));
        assert!(!said(unknown).contains("announced"));
    }
}

#[test]
fn an_organisation_is_told_what_an_organisation_can_do() {
    let remedy = |by| Refusal::SecondQuestion { by, allowed: 1 }.remedy(NextMeeting::NotAnnounced);
    assert!(remedy(Allowance::Organisation).contains("your organisation"));
    assert!(!remedy(Allowance::Organisation).contains("two people"));
    assert!(remedy(Allowance::Person).contains("two people share these details"));
}

#[test]
fn somebody_from_outside_the_borough_is_told_so_once_and_nothing_of_the_minutes() {
    let (figures, names) = (figures(), rule_names());
    let wording = Wording {
        figures: &figures,
        names: &names,
    };
    let refusal = Refusal::NotResident;
    let words = RefusalWords::new(&refusal, &names, NextMeeting::NotAnnounced);
    let said = format!(
        "{} {} {} {:?}",
        words.title,
        words.reason,
        words.remedy,
        refusal.rule(&wording)
    );
    assert!(!said.contains("minutes"), "{said}");
    assert_eq!(
        said.matches("is for people who live in the borough")
            .count(),
        1,
        "{said}"
    );
}

#[rstest]
#[case(
    "late",
    r#"{"kind":"late","deadline":"2024-02-05T16:00:00Z","received_at":"2024-02-05T16:00:01Z"}"#
)]
#[case("second-question", r#"{"kind":"second_question","by":"person"}"#)]
#[case("second-supplementary", r#"{"kind":"second_supplementary"}"#)]
fn what_was_stored_before_refusals_held_their_figures_can_be_read(
    #[case] kind: &str,
    #[case] stored: &str,
) {
    let refusal: Refusal = serde_json::from_str(stored).unwrap();
    assert_eq!(refusal.kind(), kind);
    assert!(!refusal.reason().contains('0') || kind == "late");
}

/// A question against which any number of things may speak.
#[derive(Debug, Clone)]
struct Situation {
    declared: bool,
    postcode: PostcodeCheck,
    late: bool,
    matter: Option<u128>,
    status: MeetingStatus,
    person_held: bool,
    organisation_held: bool,
    exceptions: Vec<Exception>,
}

impl Situation {
    fn good() -> Self {
        Self {
            declared: true,
            postcode: PostcodeCheck::Inside,
            late: false,
            matter: Some(1),
            status: MeetingStatus::Scheduled,
            person_held: false,
            organisation_held: false,
            exceptions: Vec::new(),
        }
    }

    fn judged(&self) -> Vec<Refusal> {
        let mut questioner = on_behalf_of(
            questioner("Ann Example", Some("ann@example.com"), "WA8 7QF"),
            "Widnes Anglers",
        );
        questioner.resident = self.declared;
        let mut meeting = meeting();
        meeting.status = self.status;
        let matter = match self.matter {
            Some(n) => Matter::Item(item_id(n)),
            None => Matter::Described(MatterWords::parse("Roads").unwrap()),
        };
        let held = self.held(&questioner);
        let (agenda, deadline) = (agenda(), deadline());
        let received_at: DateTime<Utc> = if self.late {
            deadline.at + TimeDelta::milliseconds(1)
        } else {
            deadline.at
        };
        admit(
            Notice {
                received_at,
                questioner: &questioner,
                matter: &matter,
            },
            Circumstances {
                meeting: &meeting,
                agenda: &agenda,
                deadline: &deadline,
                postcode: self.postcode,
                held_keys: &held,
                allowance: NonZeroU16::MIN,
                exceptions: &self.exceptions,
            },
        )
        .err()
        .unwrap_or_default()
    }

    fn held(&self, questioner: &Questioner) -> Vec<AllowanceKey> {
        keys(questioner)
            .into_iter()
            .filter(|key| match key.of {
                Allowance::Person => self.person_held,
                Allowance::Organisation => self.organisation_held,
            })
            .collect()
    }

    /// What speaks against it, by the rule.
    fn expected(&self) -> BTreeSet<&'static str> {
        let excused = |exception| self.exceptions.contains(&exception);
        let scheduled = self.status == MeetingStatus::Scheduled;
        let against = [
            (!self.declared, "not-resident"),
            (
                self.postcode == PostcodeCheck::Outside && !excused(Exception::OutsideBorough),
                "outside-borough",
            ),
            (matches!(self.matter, None | Some(99)), "not-on-agenda"),
            (matches!(self.matter, Some(2..=4)), "item-not-for-questions"),
            (!scheduled, "meeting-not-taking-questions"),
            (scheduled && self.late && !excused(Exception::Late), "late"),
            (
                (self.person_held || self.organisation_held) && !excused(Exception::SecondQuestion),
                "second-question",
            ),
        ];
        against
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, kind)| kind)
            .collect()
    }
}

#[test]
fn a_question_with_nothing_against_it_is_admitted() {
    assert_eq!(Situation::good().judged(), []);
    let unknown = Situation {
        postcode: PostcodeCheck::Unknown,
        ..Situation::good()
    };
    assert_eq!(unknown.judged(), []);
}

#[test]
fn everything_that_speaks_against_it_is_said_at_once_in_the_order_of_the_clauses() {
    let worst = Situation {
        declared: false,
        postcode: PostcodeCheck::Outside,
        late: true,
        matter: Some(2),
        person_held: true,
        organisation_held: true,
        ..Situation::good()
    };
    let refusals = worst.judged();
    let kinds: Vec<_> = refusals.iter().map(Refusal::kind).collect();
    assert_eq!(
        kinds,
        [
            "not-resident",
            "outside-borough",
            "item-not-for-questions",
            "late",
            "second-question",
            "second-question"
        ]
    );
}

#[rstest]
#[case(MeetingStatus::Cancelled, "cancelled")]
#[case(MeetingStatus::Held, "over")]
fn a_meeting_that_takes_no_questions_says_so_and_not_late(
    #[case] status: MeetingStatus,
    #[case] word: &str,
) {
    let refusals = Situation {
        status,
        late: true,
        ..Situation::good()
    }
    .judged();
    let [refusal] = refusals.as_slice() else {
        panic!("{refusals:?}")
    };
    assert!(refusal.title().contains(word), "{}", refusal.title());
}

#[rstest]
#[case("2024-02-05T15:59:59.999Z", true)]
#[case("2024-02-05T16:00:00Z", true)]
#[case("2024-02-05T16:00:00.001Z", false)]
fn the_deadline_itself_is_in_time(#[case] received_at: &str, #[case] in_time: bool) {
    let questioner = questioner("Ann Example", None, "WA8 7QF");
    let (meeting, agenda, deadline) = (meeting(), agenda(), deadline());
    let answer = admit(
        Notice {
            received_at: instant(received_at),
            questioner: &questioner,
            matter: &Matter::Item(item_id(1)),
        },
        Circumstances {
            meeting: &meeting,
            agenda: &agenda,
            deadline: &deadline,
            postcode: PostcodeCheck::Inside,
            held_keys: &[],
            allowance: NonZeroU16::MIN,
            exceptions: &[],
        },
    );
    assert_eq!(answer.is_ok(), in_time);
}

#[test]
fn each_exception_covers_its_own_refusal_and_no_other() {
    for refusal in each_refusal() {
        let covering: Vec<_> = Exception::ALL
            .iter()
            .copied()
            .filter(|exception| exception.covers(&refusal))
            .collect();
        let expected: &[Exception] = match &refusal {
            Refusal::Late { .. } => &[Exception::Late],
            Refusal::SecondQuestion { .. } => &[Exception::SecondQuestion],
            Refusal::OutsideBorough { .. } => &[Exception::OutsideBorough],
            _ => &[],
        };
        assert_eq!(covering, expected, "{refusal:?}");
        assert_eq!(Exception::for_refusal(&refusal), expected.first().copied());
    }
}

fn situations() -> impl Strategy<Value = Situation> {
    (
        any::<bool>(),
        prop::sample::select(PostcodeCheck::ALL),
        any::<bool>(),
        prop::sample::select(vec![None, Some(1), Some(2), Some(3), Some(4), Some(99)]),
        prop::sample::select(MeetingStatus::ALL),
        any::<bool>(),
        any::<bool>(),
        prop::sample::subsequence(Exception::ALL.to_vec(), 0..=3),
    )
        .prop_map(
            |(
                declared,
                postcode,
                late,
                matter,
                status,
                person_held,
                organisation_held,
                exceptions,
            )| Situation {
                declared,
                postcode,
                late,
                matter,
                status,
                person_held,
                organisation_held,
                exceptions,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_combination_returns_exactly_what_speaks_against_it(situation in situations()) {
        let refusals = situation.judged();
        let kinds: BTreeSet<_> = refusals.iter().map(Refusal::kind).collect();
        prop_assert_eq!(kinds, situation.expected());
        // in the order of the printed clauses, save that (vi) is read with (ii), and none twice
        let order: Vec<_> = refusals
            .iter()
            .map(|r| if r.clause() == Clause::Vi { Clause::Ii } else { r.clause() })
            .collect();
        prop_assert!(order.is_sorted(), "{:?}", order);
        for (n, refusal) in refusals.iter().enumerate() {
            prop_assert!(!refusals[..n].contains(refusal));
        }
    }
}
