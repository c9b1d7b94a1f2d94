//! Reading delivery reports (RFC 3464), whoever wrote them.
//!
//! Only the headers of the report, of its own parts, and of the letter that it returns are read, one after another: nothing is followed
//! into the depth, and what is longer than a report is not read to its end.

use chrono::{DateTime, Utc};
use mail_parser::{HeaderValue, Message, MessageParser};

use crate::{
    config::{BounceAddress, Settings},
    service::bounces::{Report, Reported},
};

/// Bytes of a message that are read. A report has a few thousand; what it returns after that is not needed.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Parts that a report is looked for in. It has three.
const MAX_PARTS: usize = 8;

/// Lines of a delivery status that are read.
const MAX_LINES: usize = 1000;

/// Characters of what a mail server said that are kept.
const MAX_SAID: usize = 500;

/// Tokens and Message-IDs that are looked at.
const MAX_NAMED: usize = 20;

/// Headers of a report that name the address to which it was sent.
const SENT_TO: &[&str] = &[
    "To",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
];

/// Reads a message; none where it is no delivery report. `recipient` is the address that the mail server took it for, where it says so.
pub fn read(settings: &Settings, message: &[u8], recipient: Option<&str>) -> Option<Report> {
    let message = &message[..message.len().min(MAX_BYTES)];
    let parser = MessageParser::default();
    let headers = parser.parse_headers(message)?;
    let boundary = report_boundary(&headers)?;
    let mut addresses: Vec<String> = recipient.map(str::to_owned).into_iter().collect();
    for name in SENT_TO {
        addresses.extend(raw_values(message, name));
    }
    let (mut status, mut ids) = (None, Vec::new());
    for part in parts(message, &boundary) {
        let Some(headers) = parser.parse_headers(part) else {
            continue;
        };
        let body = body_of(part);
        match content_type(&headers).as_deref() {
            Some("message/delivery-status" | "message/global-delivery-status") => {
                status = status.or_else(|| delivery_status(body));
            }
            Some("message/rfc822" | "text/rfc822-headers" | "message/global") => {
                addresses.extend(raw_values(body, "Return-Path"));
                ids.extend(raw_values(body, "Message-ID"));
            }
            _ => {}
        }
    }
    let (outcome, said) = status?;
    let from = settings.mail.from.email.domain();
    Some(Report {
        tokens: settings
            .mail
            .bounce_address
            .as_ref()
            .map(|address| tokens(address, &addresses))
            .unwrap_or_default(),
        letters: ids
            .iter()
            .filter_map(|id| {
                let id = id.trim().trim_start_matches('<').trim_end_matches('>');
                let (id, domain) = id.split_once('@')?;
                domain
                    .eq_ignore_ascii_case(from)
                    .then_some(id)?
                    .parse()
                    .ok()
            })
            .take(MAX_NAMED)
            .collect(),
        outcome,
        said,
        dated: headers
            .date()
            .and_then(|date| DateTime::<Utc>::from_timestamp(date.to_timestamp(), 0)),
    })
}

/// The boundary of a message that is a delivery report.
fn report_boundary(headers: &Message<'_>) -> Option<String> {
    let header = headers.header("Content-Type")?;
    let HeaderValue::ContentType(content) = header else {
        return None;
    };
    let is_report = content.ctype().eq_ignore_ascii_case("multipart")
        && content
            .subtype()
            .is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
        && content
            .attribute("report-type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    is_report
        .then(|| content.attribute("boundary").map(str::to_owned))
        .flatten()
        .filter(|boundary| !boundary.is_empty())
}

fn content_type(headers: &Message<'_>) -> Option<String> {
    let HeaderValue::ContentType(content) = headers.header("Content-Type")? else {
        return None;
    };
    let subtype = content.subtype()?;
    Some(format!("{}/{subtype}", content.ctype()).to_lowercase())
}

/// The parts between the boundary's lines, without going into any.
fn parts<'a>(message: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mark = [b"--", boundary.as_bytes()].concat();
    let mut parts = Vec::new();
    let (mut begun, mut at) = (None, 0);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(&mark) {
            if let Some(begun) = begun
                && let Some(part) = message.get(begun..at)
            {
                parts.push(part);
            }
            if parts.len() >= MAX_PARTS {
                return parts;
            }
            begun = Some(at + line.len());
        }
        at += line.len();
    }
    // a report that was cut short has no last line
    if let Some(begun) = begun
        && let Some(part) = message.get(begun..)
    {
        parts.push(part);
    }
    parts
}

/// What follows the first empty line.
fn body_of(part: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    part.get(at..).unwrap_or_default()
}

/// The values of a header before the first empty line, as they stand there.
fn raw_values(head: &[u8], name: &str) -> Vec<String> {
    fields(head)
        .take_while(|field| field.is_some())
        .flatten()
        .filter(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .take(MAX_NAMED)
        .collect()
}

/// The fields of a text, folded lines put together; none for an empty line, which ends a group.
fn fields(text: &[u8]) -> impl Iterator<Item = Option<(String, String)>> {
    let text = String::from_utf8_lossy(text);
    let mut fields: Vec<Option<(String, String)>> = Vec::new();
    for line in text.lines().take(MAX_LINES) {
        if line.trim().is_empty() {
            fields.push(None);
        } else if line.starts_with([' ', '\t'])
            && let Some(Some((_, value))) = fields.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push(Some((name.trim().to_owned(), value.trim().to_owned())));
        }
    }
    fields.into_iter()
}

/// The worst that a delivery status says of any recipient, and in which words.
fn delivery_status(body: &[u8]) -> Option<(Reported, String)> {
    let mut groups = vec![Vec::new()];
    for field in fields(body) {
        match (field, groups.last_mut()) {
            (Some(field), Some(group)) => group.push(field),
            _ => groups.push(Vec::new()),
        }
    }
    groups
        .iter()
        .filter_map(|group| {
            let value = |wanted: &str| {
                group
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                    .map(|(_, value)| value.as_str())
            };
            let outcome = match value("Action")?.to_lowercase().as_str() {
                "failed" => Reported::Failed,
                "delayed" => Reported::Delayed,
                _ => Reported::Other,
            };
            // "smtp; 550 5.1.1 unknown"
            let diagnostic = value("Diagnostic-Code").unwrap_or_default();
            let diagnostic = diagnostic
                .split_once(';')
                .map_or(diagnostic, |(_, said)| said);
            let said = format!(
                "{} {}",
                value("Status").unwrap_or_default(),
                diagnostic.trim()
            );
            Some((outcome, said.trim().chars().take(MAX_SAID).collect()))
        })
        .min_by_key(|(outcome, _): &(Reported, String)| match outcome {
            Reported::Failed => 0,
            Reported::Delayed => 1,
            Reported::Other => 2,
        })
}

/// What stands in these addresses where a bounce address has its token.
fn tokens(address: &BounceAddress, found: &[String]) -> Vec<String> {
    found
        .iter()
        .flat_map(|value| {
            value.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'))
        })
        .filter_map(|found| address.token_in(found))
        .take(MAX_NAMED)
        .collect()
}
