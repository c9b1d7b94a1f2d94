//! The council: its name, its addresses, its officer, its borough.

use std::fmt;

use actix_web::http::Uri;
use chrono::NaiveDate;

use super::reader::Reader;
use crate::domain::wording::{RuleNames, clause_keys};

/// The council that the service belongs to.
#[derive(Debug, Clone)]
pub struct Council {
    /// "Halton Borough Council".
    pub name: String,
    /// "Halton".
    pub short_name: String,
    /// What the service is called at the head of each page.
    pub service_name: String,
    /// Where people write to for help.
    pub email: String,
    /// Where people call for help.
    pub phone: String,
    /// When the telephone is answered.
    pub opening_hours: String,
    /// The postal address, a line to an entry.
    pub address: Vec<String>,
    /// Places that people there would think of first, which no password may be made of.
    pub places: Vec<String>,
    /// The title of the proper officer, to whom notice is given.
    pub committee_services_manager: String,
    /// What the council calls the rule, its clauses and its boards.
    pub rule: RuleNames,
    /// The borough's name, as residents know it.
    pub borough_name: String,
    /// The borough in the Office for National Statistics' codes, such as E06000006.
    pub ons_code: String,
    /// The e-mail address of whoever answers for personal details.
    pub privacy_contact: String,
    /// The title of the data protection officer.
    pub data_protection_officer: String,
    /// The accessibility statement's dates and promise.
    pub accessibility: AccessibilityStatement,
    /// The address that people type; every link in a letter begins with it.
    pub public_url: PublicUrl,
}

/// What the accessibility statement says that differs by council.
#[derive(Debug, Clone, Copy)]
pub struct AccessibilityStatement {
    /// When it was prepared.
    pub prepared: NaiveDate,
    /// When it was last reviewed.
    pub reviewed: NaiveDate,
    /// When the website was last tested.
    pub tested: NaiveDate,
    /// Within how many working days feedback is answered.
    pub reply_working_days: u8,
}

fn day(reader: &mut Reader, key: &str) -> Option<NaiveDate> {
    reader.parsed(key, "a date such as 2026-11-25", |text| {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
    })
}

impl Council {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let address = reader.list("council.address");
        if address.is_empty() {
            reader.problem(
                "council.address",
                "is empty: it must hold the lines of the postal address",
            );
        }
        let places = reader.list("council.places");
        let ons_code = reader.parsed(
            "council.ons_code",
            "a code of a letter and eight digits, such as E06000006",
            ons_code,
        );
        let public_url = reader.parsed(
            "council.public_url",
            "an address of scheme and host alone, such as https://questions.example.org",
            PublicUrl::parse,
        );
        let email = email(reader, "council.email");
        let privacy_contact = self::email(reader, "council.privacy_contact");
        let prepared = day(reader, "council.accessibility_prepared");
        let reviewed = day(reader, "council.accessibility_reviewed");
        let tested = day(reader, "council.accessibility_tested");
        let reply_working_days = reader.number("council.accessibility_reply_working_days", 1..=60);
        let data_protection_officer = reader.text("council.data_protection_officer");
        let name = reader.text("council.name");
        let short_name = reader.text("council.short_name");
        let service_name = reader.text("council.service_name");
        let phone = reader.text("council.phone");
        let opening_hours = reader.text("council.opening_hours");
        let committee_services_manager = reader.text("council.committee_services_manager");
        let rule = rule_names(reader, &committee_services_manager);
        let borough_name = reader.text("council.borough_name");
        Some(Self {
            name,
            short_name,
            service_name,
            email: email?,
            phone,
            opening_hours,
            address,
            places,
            committee_services_manager,
            rule,
            borough_name,
            ons_code: ons_code?,
            privacy_contact: privacy_contact?,
            data_protection_officer,
            accessibility: AccessibilityStatement {
                prepared: prepared?,
                reviewed: reviewed?,
                tested: tested?,
                reply_working_days,
            },
            public_url: public_url?,
        })
    }
}

/// The rule, its clauses and the boards, as the council's papers name them.
fn rule_names(reader: &mut Reader, officer: &str) -> RuleNames {
    let kind = reader.text("council.rule_name");
    let number = reader.text("council.rule_number");
    let clauses = clause_keys()
        .filter_map(|(clause, key)| {
            let number = reader.optional_text(&format!("council.clauses.{key}"))?;
            Some((clause, number))
        })
        .collect();
    RuleNames {
        rule: format!("{kind} {number}"),
        kind,
        clauses,
        board: reader.text("council.board"),
        boards: reader.text("council.boards"),
        officer: officer.to_owned(),
    }
}

/// The scheme and host under which people reach the service, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let scheme = uri
            .scheme_str()
            .filter(|scheme| matches!(*scheme, "http" | "https"))?;
        let authority = uri.authority().filter(|authority| {
            let host = authority.host();
            !host.is_empty() && !authority.as_str().contains('@')
        })?;
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        bare.then(|| Self(format!("{scheme}://{authority}")))
    }

    /// "https://questions.example.org"
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is https.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The address of a page, whose path begins with a slash.
    pub fn page(&self, path: &str) -> String {
        format!("{}/{}", self.0, path.trim_start_matches('/'))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An e-mail address alone, without a name.
pub(super) fn email(reader: &mut Reader, key: &str) -> Option<String> {
    reader.parsed(
        key,
        "an e-mail address, such as committee.services@example.org",
        |text| {
            text.parse::<lettre::Address>()
                .ok()
                .map(|address| address.to_string())
        },
    )
}

fn ons_code(text: &str) -> Option<String> {
    let mut characters = text.chars();
    let letter = characters.next().is_some_and(|c| c.is_ascii_uppercase());
    let digits = characters.as_str();
    (letter && digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.to_owned())
}
