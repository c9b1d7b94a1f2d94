//! The reference that people see and say.

use proptest::prelude::*;
use public_question_time::domain::reference::Reference;
use rstest::rstest;

use crate::given::day;

#[test]
fn the_alphabet_has_no_letters_that_are_taken_for_others() {
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..1000 {
        let reference = Reference::new(day("2026-03-01"), [n, n, n, n]);
        let tail = reference
            .as_str()
            .strip_prefix("PQ-2026-")
            .unwrap()
            .to_owned();
        assert_eq!(tail.len(), 4);
        seen.extend(tail.chars());
    }
    for taken_for_another in "01ILOU".chars() {
        assert!(!seen.contains(&taken_for_another), "{taken_for_another}");
    }
    assert!(
        seen.iter()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    );
    assert_eq!(seen.len(), 30, "every sign that is left is used");
}

#[rstest]
#[case("PQ-2026-7KX4")]
#[case("pq-2026-7kx4")]
#[case("  pq 2026 7kx4 ")]
#[case("PQ - 2026 - 7KX4")]
#[case("PQ--2026\u{a0}7KX4")]
#[case("PQ\u{2013}2026\u{2013}7KX4")]
#[case("PQ\u{2011}2026\u{2011}7KX4")]
fn it_is_read_as_people_type_it(#[case] typed: &str) {
    assert_eq!(Reference::parse(typed).unwrap().as_str(), "PQ-2026-7KX4");
}

#[rstest]
#[case("")]
#[case("PQ")]
#[case("PQ-2026-")]
#[case("PQ-26-7KX4")]
#[case("PQ-2026-7KX")]
#[case("PQ-2026-7KX44")]
#[case("PQ-2026-7KXO")]
#[case("PQ-2026-7KXU")]
#[case("PQ-2026-7KX\u{0416}")]
#[case("PQ-\u{0662}\u{0660}\u{0662}\u{0666}-7KX4")]
#[case("XX-2026-7KX4")]
#[case("PQ-2026-7KX4-9")]
#[case("PQ-2026-7KX4' OR 1=1")]
fn anything_else_is_not_a_reference(#[case] typed: &str) {
    assert_eq!(Reference::parse(typed).unwrap_err().code, "reference");
}

proptest! {
    #[test]
    fn what_is_made_can_be_read_back(random in any::<[u32; 4]>(), days in 0u64..20_000) {
        let made = Reference::new(day("2000-01-01") + chrono::Days::new(days), random);
        prop_assert_eq!(&Reference::parse(made.as_str()).unwrap(), &made);
        prop_assert_eq!(&Reference::parse(&made.as_str().to_lowercase().replace('-', " ")).unwrap(), &made);
    }

    #[test]
    fn nothing_that_can_be_typed_panics(typed in any::<String>()) {
        let _ = Reference::parse(&typed);
    }
}
