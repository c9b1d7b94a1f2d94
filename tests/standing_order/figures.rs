//! The figures of the standing order, and what a start says to settings that make no sense.

use std::path::{Path, PathBuf};

use chrono::{Months, TimeDelta};
use proptest::prelude::*;
use public_question_time::config::{Environment, MailTransport, Settings, SettingsError};
use public_question_time::domain::standing_order::figures::{
    Figures, StandingOrderFigures, UncheckedFigures,
};
use public_question_time::domain::standing_order::notice::Notice;
use rstest::rstest;

use super::working_days::{day, nth};

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config");
const FILES: [&str; 5] = [
    "default.toml",
    "council.toml",
    "standing_order.toml",
    "closure-days.toml",
    "bank-holidays.json",
];

/// A copy of the shipped settings, to be spoilt.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for name in FILES {
            std::fs::copy(Path::new(SHIPPED).join(name), copy.file(name)).unwrap();
        }
        copy
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn change(&self, name: &str, from: &str, to: &str) -> &Self {
        let text = std::fs::read_to_string(self.file(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        std::fs::write(self.file(name), text.replace(from, to)).unwrap();
        self
    }

    fn settings(&self) -> Result<Settings, SettingsError> {
        Settings::from_parts(self.0.path(), "", &[])
    }
}

fn shipped(toml: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::from_parts(Path::new(SHIPPED), toml, environment)
}

/// Exactly one problem, with this file and key, saying this.
#[track_caller]
fn assert_one(result: Result<Settings, SettingsError>, file: &str, key: Option<&str>, what: &str) {
    let error = result.expect_err("the settings should be refused");
    assert_eq!(error.problems.len(), 1, "{error}");
    assert_holds(&error, file, key, what);
}

#[track_caller]
fn assert_holds(error: &SettingsError, file: &str, key: Option<&str>, what: &str) {
    let found = error
        .problems
        .iter()
        .any(|p| p.file.ends_with(file) && p.key.as_deref() == key && p.what.contains(what));
    assert!(found, "no {file}: {key:?}: …{what}… in:\n{error}");
    if let Some(key) = key {
        assert!(error.to_string().contains(key));
    }
}

fn check(change: impl FnOnce(&mut UncheckedFigures)) -> Result<Figures, Vec<&'static str>> {
    let mut figures = UncheckedFigures::default();
    change(&mut figures);
    Figures::check(1, &figures).map_err(|problems| problems.into_iter().map(|p| p.key).collect())
}

#[test]
fn the_figures_that_are_shipped_are_halton_s() {
    let settings = shipped("", &[]).unwrap();
    let figures = settings.standing_order.for_meeting(day("2024-02-06"));
    assert_eq!(*figures.notice(), Notice::default());
    assert_eq!(figures.questions_per_person(), nth(1));
    assert_eq!(figures.question_time(), TimeDelta::minutes(30));
    assert_eq!(figures.questioner_time(), TimeDelta::minutes(3));
    assert!(!figures.answer_counts_against_questioner());
    assert_eq!(figures.supplementaries_per_question(), 1);
    assert_eq!(figures.repetition_window(), Months::new(6));
    assert_eq!(figures.written_response_working_days(), nth(10));
    assert!(figures.absent_gets_written_response());
    assert_eq!(
        Figures::check(1, &UncheckedFigures::default()).as_ref(),
        Ok(figures)
    );
}

#[rstest]
#[case("notice_time", |f: &mut UncheckedFigures| f.notice_time = "25:00".into())]
#[case("notice_time", |f: &mut UncheckedFigures| f.notice_time = "4pm".into())]
#[case("notice_time", |f: &mut UncheckedFigures| f.notice_time = "16:60".into())]
#[case("notice_kind", |f: &mut UncheckedFigures| f.notice_kind = "days".into())]
#[case("notice_working_days", |f: &mut UncheckedFigures| f.notice_working_days = 0)]
#[case("notice_working_days", |f: &mut UncheckedFigures| f.notice_working_days = -1)]
#[case("holds_from", |f: &mut UncheckedFigures| f.holds_from = "2024-02-30".into())]
#[case("holds_from", |f: &mut UncheckedFigures| f.holds_from = String::new())]
#[case("question_time_minutes", |f: &mut UncheckedFigures| f.question_time_minutes = -30)]
#[case("questioner_minutes", |f: &mut UncheckedFigures| f.questioner_minutes = 0)]
#[case("questioner_minutes", |f: &mut UncheckedFigures| f.questioner_minutes = 31)]
#[case("questions_per_person", |f: &mut UncheckedFigures| f.questions_per_person = 0)]
#[case("supplementaries_per_question", |f: &mut UncheckedFigures| f.supplementaries_per_question = -1)]
#[case("repetition_window_months", |f: &mut UncheckedFigures| f.repetition_window_months = 0)]
#[case("repetition_window_months", |f: &mut UncheckedFigures| f.repetition_window_months = i64::MAX)]
#[case("written_response_working_days", |f: &mut UncheckedFigures| f.written_response_working_days = 0)]
#[case("speaking_words_per_minute", |f: &mut UncheckedFigures| f.speaking_words_per_minute = 0)]
fn a_figure_that_makes_no_sense_is_refused(
    #[case] key: &str,
    #[case] change: fn(&mut UncheckedFigures),
) {
    assert_eq!(check(change), Err(vec![key]));
}

#[test]
fn no_supplementary_at_all_is_a_figure_that_makes_sense() {
    assert_eq!(
        check(|f| f.supplementaries_per_question = 0)
            .unwrap()
            .supplementaries_per_question(),
        0
    );
}

#[test]
fn everything_that_makes_no_sense_is_reported_together() {
    let wrong = check(|f| {
        f.notice_time = "noon".into();
        f.question_time_minutes = 0;
        f.repetition_window_months = -6;
    });
    assert_eq!(
        wrong,
        Err(vec![
            "notice_time",
            "question_time_minutes",
            "repetition_window_months"
        ])
    );
}

fn from(date: &str, minutes: i64) -> UncheckedFigures {
    UncheckedFigures {
        holds_from: date.into(),
        question_time_minutes: minutes,
        ..UncheckedFigures::default()
    }
}

#[rstest]
#[case::before_every_set("2018-06-05", 30)]
#[case::the_first_day("2019-01-01", 30)]
#[case::the_day_before_the_change("2024-05-14", 30)]
#[case::the_day_of_the_change("2024-05-15", 45)]
#[case::the_latest("2026-01-06", 20)]
fn a_meeting_is_held_under_the_last_set_from_its_date_or_earlier(
    #[case] meeting: &str,
    #[case] minutes: i64,
) {
    let sets = [
        from("2019-01-01", 30),
        from("2024-05-15", 45),
        from("2025-05-14", 20),
    ];
    let figures = StandingOrderFigures::check(&sets).unwrap();
    assert_eq!(
        figures.for_meeting(day(meeting)).question_time(),
        TimeDelta::minutes(minutes)
    );
    assert_eq!(figures.sets().count(), 3);
}

#[rstest]
#[case::none(vec![], 0, "rules")]
#[case::the_same_date_twice(vec![from("2024-05-15", 30), from("2024-05-15", 45)], 2, "holds_from")]
#[case::out_of_order(vec![from("2024-05-15", 30), from("2023-05-15", 45)], 2, "holds_from")]
fn sets_that_overlap_or_are_none_are_refused(
    #[case] sets: Vec<UncheckedFigures>,
    #[case] set: usize,
    #[case] key: &str,
) {
    let problems = StandingOrderFigures::check(&sets).unwrap_err();
    assert_eq!(
        problems.iter().map(|p| (p.set, p.key)).collect::<Vec<_>>(),
        [(set, key)]
    );
}

#[rstest]
#[case(
    "\"16:00\"",
    "\"25:00\"",
    "rules[1].notice_time",
    "\"25:00\" is not right: it must be a time of day on the 24-hour clock"
)]
#[case(
    "question_time_minutes = 30",
    "question_time_minutes = 0",
    "rules[1].question_time_minutes",
    "0 is not right: it must be a whole number from 1 to 480"
)]
#[case(
    "questioner_minutes = 3",
    "questioner_minutes = \"three\"",
    "rules[1].questioner_minutes",
    "\"three\" is not right"
)]
#[case(
    "questioner_minutes = 3",
    "questioner_minutes = 2.5",
    "rules[1].questioner_minutes",
    "2.5 is not right"
)]
#[case(
    "repetition_window_months = 6",
    "repetition_window_month = 6",
    "rules[1].repetition_window_months",
    "is missing"
)]
#[case(
    "repetition_window_months = 6",
    "repetition_window_months = 6\nrepitition_window_months = 6",
    "rules[1].repitition_window_months",
    "did you mean repetition_window_months?"
)]
#[case(
    "absent_gets_written_response = true",
    "absent_gets_written_response = \"maybe\"",
    "rules[1].absent_gets_written_response",
    "it must be true or false"
)]
#[case("2019-01-01", "2019-13-01", "", "")]
fn a_start_names_file_and_key_of_a_figure(
    #[case] from: &str,
    #[case] to: &str,
    #[case] key: &str,
    #[case] what: &str,
) {
    let copy = Copy::new();
    let error = copy
        .change("standing_order.toml", from, to)
        .settings()
        .unwrap_err();
    let key = (!key.is_empty()).then_some(key);
    assert_holds(&error, "standing_order.toml", key, what);
}

#[rstest]
#[case("default.toml")]
#[case("council.toml")]
#[case("standing_order.toml")]
#[case("closure-days.toml")]
#[case("bank-holidays.json")]
fn a_file_that_is_missing_is_named(#[case] name: &str) {
    let copy = Copy::new();
    std::fs::remove_file(copy.file(name)).unwrap();
    let error = copy.settings().unwrap_err();
    assert_holds(&error, name, None, "there is no such file");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_line_and_without_its_text() {
    let copy = Copy::new();
    copy.change("default.toml", "[secret]", "[secret]\npassword = hunter2!");
    let error = copy.settings().unwrap_err();
    assert_holds(&error, "default.toml", None, "line ");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn problems_of_several_files_are_reported_together() {
    let copy = Copy::new();
    copy.change("default.toml", "workers = 2", "workers = 0")
        .change("council.toml", "\"E06000006\"", "\"Halton\"")
        .change("standing_order.toml", "\"16:00\"", "\"25:00\"")
        .change("bank-holidays.json", "2024-05-27", "27/05/2024");
    std::fs::write(
        copy.file("closure-days.toml"),
        "[[closure]]\ndate = \"tomorrow\"\ntitle = \"\"",
    )
    .unwrap();
    let error = copy.settings().unwrap_err();
    assert_holds(
        &error,
        "default.toml",
        Some("server.workers"),
        "a whole number from 1 to 256",
    );
    assert_holds(
        &error,
        "council.toml",
        Some("council.ons_code"),
        "E06000006",
    );
    assert_holds(
        &error,
        "standing_order.toml",
        Some("rules[1].notice_time"),
        "25:00",
    );
    assert_holds(
        &error,
        "bank-holidays.json",
        Some("england-and-wales.events[47].date"),
        "27/05/2024",
    );
    assert_holds(
        &error,
        "closure-days.toml",
        Some("closure[1].date"),
        "tomorrow",
    );
    assert_holds(
        &error,
        "closure-days.toml",
        Some("closure[1].title"),
        "is empty",
    );
    assert_eq!(error.problems.len(), 6, "{error}");
}

#[test]
fn closure_days_are_not_working_days() {
    let copy = Copy::new();
    let closures = "[[closure]]\ndate = 2026-12-29\ntitle = \"Christmas closure\"";
    std::fs::write(copy.file("closure-days.toml"), closures).unwrap();
    let settings = copy.settings().unwrap();
    assert!(!settings.working_days().is_working_day(day("2026-12-29")));
    assert!(settings.working_days().is_working_day(day("2026-12-30")));
}

#[test]
fn the_later_source_wins_and_is_named_where_it_is_wrong() {
    let settings = shipped(
        "[server]\nworkers = 3\nbind = \"127.0.0.1:0\"",
        &[("PQT__SERVER__WORKERS", "4")],
    )
    .unwrap();
    assert_eq!(settings.server.workers, 4);
    assert_eq!(settings.server.bind.port(), 0);
    assert_eq!(settings.council.short_name, "Halton");
    let wrong = shipped("", &[("PQT__SERVER__WORKERS", "many")]);
    assert_one(
        wrong,
        "the environment",
        Some("server.workers"),
        "\"many\" is not right",
    );
}

#[test]
fn a_local_file_is_laid_over_the_others() {
    let copy = Copy::new();
    std::fs::write(copy.file("local.toml"), "[outbox]\nconcurrency = 7\n").unwrap();
    assert_eq!(Settings::load(copy.0.path()).unwrap().outbox.concurrency, 7);
    std::fs::write(copy.file("local.toml"), "[outbox]\nconcurency = 7\n").unwrap();
    assert_one(
        Settings::load(copy.0.path()),
        "local.toml",
        Some("outbox.concurency"),
        "there is no such setting: did you mean outbox.concurrency?",
    );
}

#[rstest]
#[case("PQT__SERVER__BIND", "localhost", "server.bind", "127.0.0.1:8080")]
#[case("PQT__SERVER__BIND", "0.0.0.0:8080", "server.bind", "other machines")]
#[case("PQT__SERVER__PROT", "8080", "server.prot", "there is no such setting")]
#[case(
    "PQT__SERVER__TRUSTED_PROXIES",
    "10.0.0.0/8,proxy",
    "server.trusted_proxies",
    "\"proxy\""
)]
#[case("PQT__DATABASE__URL", "mysql://somewhere", "database.url", "sqlite://")]
#[case("PQT__DATABASE__URL", "sqlite://:memory:", "database.url", "sqlite://")]
#[case("PQT__MAIL__TRANSPORT", "pigeon", "mail.transport", "\"smtp\"")]
#[case("PQT__MAIL__TRANSPORT", "smtp", "mail.smtp.host", "is empty")]
#[case("PQT__MAIL__FROM", "nobody", "mail.from", "e-mail address")]
#[case(
    "PQT__MAIL__FROM",
    "A <a@example.org>\r\nBcc: b@example.org",
    "mail.from",
    "e-mail address"
)]
#[case(
    "PQT__COUNCIL__PUBLIC_URL",
    "ftp://example.org",
    "council.public_url",
    "scheme and host"
)]
#[case(
    "PQT__COUNCIL__PUBLIC_URL",
    "https://example.org/questions",
    "council.public_url",
    "scheme and host"
)]
#[case("PQT__SESSIONS__IDLE_MINUTES", "0", "sessions.idle_minutes", "from 1")]
#[case("PQT__SIMILARITY__RELATED", "1.5", "similarity.related", "from 0 to 1")]
#[case("PQT__SIMILARITY__RELATED", "0.9", "similarity.related", "below")]
#[case("PQT__ENVIRONMENT", "staging", "environment", "\"production\"")]
#[case("PQT__LOG__FORMAT", "xml", "log.format", "\"json\"")]
#[case("PQT__SECRET__KEY", "hunter2", "secret.key", "too short")]
fn a_setting_that_is_wrong_is_named_with_what_is_right(
    #[case] variable: &str,
    #[case] value: &str,
    #[case] key: &str,
    #[case] what: &str,
) {
    assert_one(shipped("", &[(variable, value)]), "", Some(key), what);
}

#[test]
fn secrets_are_in_no_message_and_in_no_debug_output() {
    let error = shipped(
        "",
        &[
            ("PQT__SECRET__KEY", "hunter2"),
            ("PQT__DATABASE__URL", "mysql://u:hunter2@h/d"),
        ],
    )
    .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    let settings = shipped(
        "",
        &[
            ("PQT__MAIL__TRANSPORT", "smtp"),
            ("PQT__MAIL__SMTP__HOST", "smtp.example.org"),
            ("PQT__MAIL__SMTP__USERNAME", "council"),
            ("PQT__MAIL__SMTP__PASSWORD", "hunter2"),
            ("PQT__DATABASE__URL", "postgres://u:hunter2@h/d"),
        ],
    )
    .unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[rstest]
#[case("none", "smtp.example.org", false)]
#[case("none", "127.0.0.1", true)]
#[case("none", "localhost", true)]
#[case("starttls", "smtp.example.org", true)]
#[case("tls", "smtp.example.org", true)]
fn letters_go_in_the_clear_to_this_machine_alone(
    #[case] security: &str,
    #[case] host: &str,
    #[case] allowed: bool,
) {
    let settings = shipped(
        "",
        &[
            ("PQT__MAIL__TRANSPORT", "smtp"),
            ("PQT__MAIL__SMTP__HOST", host),
            ("PQT__MAIL__SMTP__SECURITY", security),
        ],
    );
    match settings {
        Ok(settings) => {
            assert!(allowed && matches!(settings.mail.transport, MailTransport::Smtp(_)))
        }
        Err(error) => {
            assert!(!allowed);
            assert_holds(
                &error,
                "the environment",
                Some("mail.smtp.security"),
                "on this machine",
            );
        }
    }
}

/// What a council would set.
const PRODUCTION: &str = r#"
environment = "production"
[council]
public_url = "https://questions.halton.gov.uk"
email = "committees@halton.gov.uk"
privacy_contact = "privacy@halton.gov.uk"
[server]
bind = "0.0.0.0:8080"
secure_cookies = true
[mail]
transport = "smtp"
from = "Public Question Time <questions@halton.gov.uk>"
reply_to = "committees@halton.gov.uk"
officers = []
[mail.smtp]
host = "smtp.halton.gov.uk"
[seeds]
load_when_empty = false
"#;
const KEY: (&str, &str) = ("PQT__SECRET__KEY", "7f3c9a51e8d24b60917cfa3e5d8b2046c1");

#[test]
fn production_starts_with_settings_of_its_own() {
    assert_eq!(
        shipped(PRODUCTION, &[KEY]).unwrap().environment,
        Environment::Production
    );
}

#[rstest]
#[case(
    "PQT__COUNCIL__PUBLIC_URL",
    "http://questions.halton.gov.uk",
    "council.public_url"
)]
#[case("PQT__COUNCIL__EMAIL", "committees@example.org", "council.email")]
#[case("PQT__SERVER__SECURE_COOKIES", "false", "server.secure_cookies")]
#[case("PQT__MAIL__TRANSPORT", "folder", "mail.transport")]
#[case("PQT__MAIL__TRANSPORT", "memory", "mail.transport")]
#[case("PQT__MAIL__FROM", "questions@mail.example.org", "mail.from")]
#[case(
    "PQT__MAIL__OFFICERS",
    "a@halton.gov.uk,b@example.org",
    "mail.officers"
)]
#[case("PQT__SEEDS__LOAD_WHEN_EMPTY", "true", "seeds.load_when_empty")]
fn production_refuses_what_is_fine_on_ones_own_machine(
    #[case] variable: &str,
    #[case] value: &str,
    #[case] key: &str,
) {
    assert_one(
        shipped(PRODUCTION, &[KEY, (variable, value)]),
        "the environment",
        Some(key),
        "in production",
    );
}

#[test]
fn production_refuses_to_start_without_a_secret_or_with_a_published_one() {
    let nowhere = ("PQT__SECRET__FILE", "/nonexistent/secret.key");
    assert_one(
        shipped(PRODUCTION, &[nowhere]),
        "default.toml",
        Some("secret.key"),
        "PQT__SECRET__KEY",
    );
    let copy = Copy::new();
    copy.change(
        "default.toml",
        "key = \"\"",
        &format!("key = \"{}\"", KEY.1),
    );
    let published = Settings::from_parts(copy.0.path(), PRODUCTION, &[]);
    assert_one(published, "default.toml", Some("secret.key"), "no secret");
}

#[test]
fn the_shipped_settings_refuse_production_all_at_once() {
    let error = shipped("environment = \"production\"", &[]).unwrap_err();
    for key in [
        "council.public_url",
        "council.email",
        "mail.transport",
        "server.secure_cookies",
        "seeds.load_when_empty",
    ] {
        assert_holds(&error, ".toml", Some(key), "in production");
    }
}

proptest! {
    #[test]
    fn any_text_in_any_figure_is_figures_or_an_error(value in "\\PC{0,30}") {
        let copy = Copy::new();
        let quoted = format!("notice_time = {:?}", value.replace(['\u{7f}', '{', '}'], ""));
        copy.change("standing_order.toml", "notice_time = \"16:00\"", &quoted);
        if let Ok(settings) = copy.settings() {
            prop_assert!(settings.standing_order.sets().count() == 1);
        }
    }

    #[test]
    fn any_numbers_are_figures_that_make_sense_or_an_error(minutes in any::<i64>(), each in any::<i64>(), days in any::<i64>()) {
        let checked = check(|f| {
            f.question_time_minutes = minutes;
            f.questioner_minutes = each;
            f.notice_working_days = days;
        });
        if let Ok(figures) = checked {
            prop_assert!(TimeDelta::zero() < figures.questioner_time());
            prop_assert!(figures.questioner_time() <= figures.question_time());
        }
    }
}
