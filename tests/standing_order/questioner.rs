//! What a questioner types: postcode, e-mail address, name, address, telephone number.

use proptest::prelude::*;
use public_question_time::domain::{
    questioner::{
        EmailAddress, Naming, Needs, Organisation, PersonName, PostalAddress, Postcode, Telephone,
        published_name,
    },
    room_name::RoomName,
};
use rstest::rstest;

#[rstest]
#[case("WA8 7QF", "WA8 7QF")]
#[case("wa87qf", "WA8 7QF")]
#[case(" w a 8 7 q f ", "WA8 7QF")]
#[case("WA7\u{a0}2BB", "WA7 2BB")]
#[case("WA\u{200B}7 2BB", "WA7 2BB")]
#[case("m1 1ae", "M1 1AE")]
#[case("b33 8th", "B33 8TH")]
#[case("CR2 6XH", "CR2 6XH")]
#[case("DN55 1PT", "DN55 1PT")]
#[case("W1A 1HQ", "W1A 1HQ")]
#[case("EC1A 1BB", "EC1A 1BB")]
#[case("WA8-7QF", "WA8 7QF")]
#[case("WA8 7QF.", "WA8 7QF")]
#[case("“WA8,7QF”", "WA8 7QF")]
#[case("ＷＡ８ ７ＱＦ", "WA8 7QF")]
#[case("WA8\u{0}7QF", "WA8 7QF")]
#[case("0L1 IAA", "OL1 1AA")]
#[case("LI OAA", "L1 0AA")]
#[case("LI1 1AA", "L11 1AA")]
#[case("M1O 1AA", "M10 1AA")]
fn a_postcode_is_read_in_any_usual_form(#[case] typed: &str, #[case] read: &str) {
    assert_eq!(Postcode::parse(typed).unwrap().as_str(), read);
}

#[rstest]
#[case("", "empty")]
#[case(" \u{200B} ", "empty")]
#[case("WA8", "postcode")]
#[case("WA8 7Q", "postcode")]
#[case("WA8 77F", "postcode")]
#[case("WA8 7QC", "postcode")]
#[case("8WA 7QF", "postcode")]
#[case("WAAA8 7QF", "postcode")]
#[case("WA888 7QF", "postcode")]
#[case("WA8 7QFF", "postcode")]
#[case("WÄ8 7QF", "postcode")]
#[case("WA8\u{0}7Q", "postcode")]
#[case("ﬃ87QF", "postcode")]
#[case("90210", "postcode")]
fn what_is_not_a_postcode_is_said_so(#[case] typed: &str, #[case] code: &str) {
    assert_eq!(Postcode::parse(typed).unwrap_err().code, code);
}

#[rstest]
#[case("name@example.com", "name@example.com")]
#[case("  Name.Other+tag@Example.CO.UK ", "Name.Other+tag@Example.CO.UK")]
#[case("o'brien@example.org", "o'brien@example.org")]
#[case("name\u{200B}@example.com", "name@example.com")]
#[case("name@example.com\r\n", "name@example.com")]
#[case("n@a-b.example.museum", "n@a-b.example.museum")]
#[case("mailto:name@example.com", "name@example.com")]
#[case("MAILTO:name@example.com?subject=Question", "name@example.com")]
#[case("<name@example.com>", "name@example.com")]
#[case("Ann Name <name@example.com>", "name@example.com")]
#[case("\"Name, Ann\" <name@example.com>;", "name@example.com")]
#[case("name@example.com <name@example.com>", "name@example.com")]
#[case("name@example.com.", "name@example.com")]
#[case("name@example.com,", "name@example.com")]
#[case("‘name@example.com’;", "name@example.com")]
#[case("\u{a0}name@example.com\u{202f}\u{200d}", "name@example.com")]
#[case("ｎａｍｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "name@example.com")]
fn an_address_that_mail_can_reach_is_read(#[case] typed: &str, #[case] read: &str) {
    let address = EmailAddress::parse(typed).unwrap();
    assert_eq!(address.as_str(), read);
    assert_eq!(address.normalised(), read.to_lowercase());
    assert!(read.parse::<lettre::Address>().is_ok());
}

#[rstest]
#[case::empty("", "empty")]
#[case::no_at("name.example.com", "email")]
#[case::two_ats("name@other@example.com", "email")]
#[case::no_domain("name@", "email")]
#[case::no_local("@example.com", "email")]
#[case::no_dot_in_the_domain("first.last@localhost", "email")]
#[case::address_literal("name.other@[127.0.0.1]", "email")]
#[case::address_literal_after_rubbish("name@<b>[127.0.0.1]", "email")]
#[case::dot_first(".name@example.com", "email")]
#[case::dot_last("name.@example.com", "email")]
#[case::two_dots("na..me@example.com", "email")]
#[case::blank("na me@example.com", "email")]
#[case::number_for_a_domain("name@123.45.67.89", "email")]
#[case::one_letter_at_the_end("name@example.c", "email")]
#[case::two_in_brackets("Name <name@example.com> <other@example.com>", "email")]
#[case::other_before_the_brackets("other@example.com <name@example.com>", "email")]
#[case::two_addresses("a@example.com,b@example.com", "email")]
#[case::header("name@example.com\r\nBcc: other@example.com", "email")]
#[case::line_feed("name@example.com\nBcc:other@example.com", "email")]
#[case::line_feed_before_the_at("name\n@example.com", "email")]
#[case::vertical_tab("name\u{b}@example.com", "email")]
#[case::next_line("name\u{85}@example.com", "email")]
#[case::line_separator("name@exam\u{2028}ple.com", "email")]
#[case::cyrillic("nаme@example.com", "email")]
#[case::long(&format!("{}@{}.com", "n".repeat(60), "d".repeat(200)), "email")]
#[case::long_local(&format!("{}@example.com", "n".repeat(65)), "email")]
fn an_address_that_mail_cannot_reach_is_refused(#[case] typed: &str, #[case] code: &str) {
    assert_eq!(EmailAddress::parse(typed).unwrap_err().code, code);
}

#[rstest]
#[case("O'Brien")]
#[case("Siobhán O’Brien-Ní Dhómhnaill")]
#[case("José")]
#[case("李")]
#[case("محمد")]
#[case("Ng")]
#[case("राम")]
#[case("Elizabeth, of Widnes")]
#[case("X Æ A-12")]
#[case("Dr A. N. Example, c/o Sample")]
#[case("Ann @ Example")]
fn names_of_every_kind_are_accepted_as_typed(#[case] name: &str) {
    assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
}

#[rstest]
#[case("", "empty")]
#[case("   ", "empty")]
#[case("\u{200B}\u{2063}", "empty")]
#[case("\u{3164}", "empty")]
#[case("-", "empty")]
#[case("\0\u{7}\u{7f}", "empty")]
#[case(&"n".repeat(201), "too_long")]
#[case("Council Taxpayer https://refund.example", "address")]
#[case("Council refund: h t t p : / / refund.example", "address")]
#[case("See WWW.refund.example", "address")]
#[case("See ｗｗｗ．refund.example", "address")]
#[case("Write to refund@council.example", "address")]
fn what_is_not_a_name_is_said_so(#[case] typed: &str, #[case] code: &str) {
    assert_eq!(PersonName::parse(typed).unwrap_err().code, code);
    assert_eq!(Organisation::parse(typed).unwrap_err().code, code);
}

#[rstest]
#[case("Ann\r\nBcc: Other", "Ann Bcc: Other")]
#[case("  Ann \t  Example\n", "Ann Example")]
#[case("A\u{202E}nn", "Ann")]
#[case("Ann\u{2028}Example", "Ann Example")]
#[case("Ann\0 Example\u{7}", "Ann Example")]
#[case("Ann\u{a0}Example", "Ann Example")]
#[case("A\u{300}\u{301}\u{302}\u{303}\u{304}nn", "À\u{301}\u{302}nn")]
fn a_name_is_one_line(#[case] typed: &str, #[case] read: &str) {
    assert_eq!(PersonName::parse(typed).unwrap().as_str(), read);
}

#[rstest]
#[case("1 Example Street\r\n\r\n  Widnes  ", Ok("1 Example Street\nWidnes"))]
#[case("a\nb\nc\nd\ne\nf", Ok("a\nb\nc\nd\ne\nf"))]
#[case("a\nb\nc\nd\ne\nf\ng", Err("too_long"))]
#[case(&"a".repeat(501), Err("too_long"))]
#[case("\r\n \t", Err("empty"))]
#[case("\u{200B}\u{3164}", Err("empty"))]
#[case("-", Err("empty"))]
#[case("1 Example\0 Street", Ok("1 Example Street"))]
fn an_address_has_up_to_six_lines(#[case] typed: &str, #[case] expected: Result<&str, &str>) {
    let read = PostalAddress::parse(typed);
    match expected {
        Ok(lines) => assert_eq!(read.unwrap().as_str(), lines),
        Err(code) => assert_eq!(read.unwrap_err().code, code),
    }
}

#[rstest]
#[case("01632 960 001", true)]
#[case("+44 (0)1632 960001", true)]
#[case("01632.960.001", true)]
#[case("01632 960001 ext 12", true)]
#[case("01632 960001 Extension 12", true)]
#[case("01632 960001 x12", true)]
#[case("0163", false)]
#[case("", false)]
#[case("call me", false)]
#[case("01632 960001 <script>ext", false)]
#[case("next to 01632 960001", false)]
#[case("01632 960001\0", true)]
#[case("07700 900 982", true)]
#[case("07700 90098", false)]
#[case("07700 9009821", false)]
#[case("+44 7700 900982", true)]
#[case("+44 7700 90098", false)]
#[case("0044 7700 900982", true)]
#[case("+353 1 234 5678", true)]
#[case("00353 1 234 5678", true)]
#[case("0800 1111", true)]
#[case("016977 2345", true)]
#[case("020 7946 0000", true)]
#[case("tel:01632960001.", true)]
#[case("０１６３２ ９６０００１", true)]
#[case("01632+960001", false)]
#[case("0163296000101632960001016", false)]
fn a_telephone_number_is_digits_and_what_people_write_between_them(
    #[case] typed: &str,
    #[case] good: bool,
) {
    assert_eq!(Telephone::parse(typed).is_ok(), good);
}

#[test]
fn needs_are_free_words_up_to_a_thousand_characters() {
    assert_eq!(
        Needs::parse("A hearing loop\r\nand a lift")
            .unwrap()
            .as_str(),
        "A hearing loop\nand a lift"
    );
    assert!(Needs::parse(&"n".repeat(1000)).is_ok());
    assert_eq!(
        Needs::parse(&"n".repeat(1001)).unwrap_err().code,
        "too_long"
    );
}

#[rstest]
#[case(Naming::Name, None, "Ann Example", "Ann Example")]
#[case(
    Naming::Name,
    Some("Widnes Anglers"),
    "Ann Example, Widnes Anglers",
    "Ann Example, Widnes Anglers"
)]
#[case(
    Naming::Organisation,
    Some("Widnes Anglers"),
    "Widnes Anglers",
    "Widnes Anglers"
)]
#[case(
    Naming::Withheld,
    None,
    "A resident of the borough",
    "Resident 2, about Bus fares"
)]
#[case(
    Naming::Withheld,
    Some("Widnes Anglers"),
    "A resident of the borough",
    "Resident 2, about Bus fares"
)]
fn the_name_is_published_and_called_only_as_agreed(
    #[case] naming: Naming,
    #[case] organisation: Option<&str>,
    #[case] published: &str,
    #[case] called: &str,
) {
    let name = published_name(naming, "Ann Example", organisation);
    assert_eq!(name, published);
    let number = (naming == Naming::Withheld).then_some(2);
    let room_name = RoomName::new(naming, &name, number, "Bus fares");
    assert_eq!(room_name.to_string(), called);
    assert_eq!(room_name.is_numbered(), naming == Naming::Withheld);
}

#[test]
fn a_number_stands_alone_where_the_matter_is_beside_it() {
    let room_name = RoomName::new(
        Naming::Withheld,
        "A resident of the borough",
        Some(2),
        "Bus fares",
    );
    assert_eq!(room_name.short(), "Resident 2");
}

#[rstest]
#[case::last_line("1 Example Street\nWidnes\nWA8 7QF", Ok("1 Example Street\nWidnes"))]
#[case::end_of_a_line("1 Example Street\nWidnes, wa8 7qf.", Ok("1 Example Street\nWidnes"))]
#[case::one_line("1 Example Street, Widnes WA87QF", Ok("1 Example Street, Widnes"))]
#[case::before_the_country(
    "1 Example Street\nWidnes WA8 7QF\nUK",
    Ok("1 Example Street\nWidnes\nUK")
)]
#[case::none("1 Example Street\nWidnes", Ok("1 Example Street\nWidnes"))]
#[case::another("1 Example Street\nRuncorn WA7 2BB", Err("postcode"))]
#[case::nothing_else("WA8 7QF", Err("empty"))]
#[case::a_road("Unit 4\nM62 Business Park", Ok("Unit 4\nM62 Business Park"))]
fn a_postcode_at_the_end_of_an_address_is_not_printed_twice(
    #[case] typed: &str,
    #[case] expected: Result<&str, &str>,
) {
    let postcode = Postcode::parse("WA8 7QF").unwrap();
    let read = PostalAddress::parse(typed).unwrap().beside(&postcode);
    let read = read.as_ref().map(PostalAddress::as_str).map_err(|m| m.code);
    assert_eq!(read, expected);
}

#[rstest]
#[case("ann@gmail.con", Some("ann@gmail.com"))]
#[case("ann@gmial.com", Some("ann@gmail.com"))]
#[case("ann@gamil.com", Some("ann@gmail.com"))]
#[case("ann@gmail.co", Some("ann@gmail.com"))]
#[case("ann@gmail.cm", Some("ann@gmail.com"))]
#[case("ann@hotmial.co.uk", Some("ann@hotmail.co.uk"))]
#[case("ann@hotmail.co.ku", Some("ann@hotmail.co.uk"))]
#[case("Ann.Sample@Yaho.co.uk", Some("Ann.Sample@yahoo.co.uk"))]
#[case("ann@outlok.com", Some("ann@outlook.com"))]
#[case("ann@iclould.con", Some("ann@icloud.com"))]
#[case("ann@btinternt.com", Some("ann@btinternet.com"))]
#[case("ann@virginmeda.com", Some("ann@virginmedia.com"))]
#[case("ann@example.con", Some("ann@example.com"))]
#[case("ann@example.co.ku", Some("ann@example.co.uk"))]
#[case("ann@gmail.com", None)]
#[case("ann@ymail.com", None)]
#[case("ann@email.com", None)]
#[case("ann@hotmail.fr", None)]
#[case("ann@yahoo.co.in", None)]
#[case("ann@yahoo.de", None)]
#[case("ann@aon.com", None)]
#[case("ann@example.com", None)]
#[case("ann@halton.gov.uk", None)]
#[case("ann@falcon.example.org", None)]
fn a_mistyped_domain_is_noticed_and_a_good_one_is_never_doubted(
    #[case] typed: &str,
    #[case] meant: Option<&str>,
) {
    let found = EmailAddress::parse(typed).unwrap().probably_meant();
    assert_eq!(found.as_ref().map(EmailAddress::as_str), meant);
}

/// Text in which breaks, marks and ordinary letters are all likely.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z@.\r\n\u{b}\u{85}\u{2028}\u{200B} ]{0,30}",
        "[a-z.]{1,8}[\r\n\u{85}\u{2029}]{0,2}@[a-z]{1,8}[\r\n ]{0,2}\\.[a-z]{2,3}[\r\n]{0,2}[A-Za-z: ]{0,9}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_break_ever_gets_through_an_address_or_a_name(typed in typed()) {
        if let Ok(address) = EmailAddress::parse(&typed) {
            prop_assert!(address.as_str().bytes().all(|b| b.is_ascii_graphic()), "{:?}", address);
            prop_assert!(address.as_str().parse::<lettre::Address>().is_ok(), "{:?}", address);
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
        }
        for line in [
            PersonName::parse(&typed).map(|n| n.as_str().to_owned()),
            Organisation::parse(&typed).map(|n| n.as_str().to_owned()),
            Telephone::parse(&typed).map(|n| n.as_str().to_owned()),
        ].into_iter().flatten() {
            let broken = line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
            prop_assert!(!broken, "{:?}", line);
            let hidden = line.chars().any(|c| matches!(c, '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{3164}'));
            prop_assert!(!hidden, "{:?}", line);
        }
        let _ = (PostalAddress::parse(&typed), Needs::parse(&typed));
    }

    #[test]
    fn a_postcode_read_is_one_blank_between_capitals_and_digits(typed in any::<String>()) {
        if let Ok(postcode) = Postcode::parse(&typed) {
            prop_assert_eq!(postcode.as_str().matches(' ').count(), 1);
        }
    }

    #[test]
    fn a_postcode_reads_the_same_however_it_is_typed(
        plain in "[A-Z]{1,2}[0-9]{1,2}[0-9][ABD-HJLNP-UW-Z]{2}", blank in 0usize..8,
    ) {
        let mut typed = plain.to_lowercase();
        typed.insert(blank.min(typed.len()), ' ');
        prop_assert_eq!(Postcode::parse(&typed), Postcode::parse(&plain));
        prop_assert!(Postcode::parse(&plain).is_ok());
    }
}

#[rstest]
#[case("Council Taxpayer https://refund.evil.example")]
#[case("Council Taxpayer www.evil.example")]
#[case("Council Taxpayer (pay@evil.example)")]
#[case("Council Taxpayer evil.example/refund")]
#[case("Council Taxpayer: evil.example:8080/refund")]
#[case("Council Taxpayer ｅｖｉｌ.example/x")]
fn a_name_that_holds_an_address_is_refused(#[case] typed: &str) {
    assert_eq!(PersonName::parse(typed).unwrap_err().code, "address");
    assert_eq!(Organisation::parse(typed).unwrap_err().code, "address");
}

#[rstest]
#[case("J.R. Sample")]
#[case("Ann Sample c/o Jo Sample")]
#[case("Widnes.com Ltd")]
#[case("St. Mary’s/St. Paul’s Trust")]
#[case("Anglers @ Spike Island")]
fn a_name_with_dots_and_strokes_is_a_name(#[case] typed: &str) {
    assert_eq!(PersonName::parse(typed).unwrap().as_str(), typed);
    assert_eq!(Organisation::parse(typed).unwrap().as_str(), typed);
}
