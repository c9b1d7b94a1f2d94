//! How letters leave the house.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use secrecy::SecretString;

use super::reader::{Reader, Unit};

/// The settings of letters.
#[derive(Debug, Clone)]
pub struct Mail {
    /// How they leave.
    pub transport: MailTransport,
    /// Whom they are from.
    pub from: Mailbox,
    /// Who gets the answers.
    pub reply_to: Mailbox,
    /// The envelope sender, to which letters come back; none for the address of `from`.
    pub bounce_address: Option<BounceAddress>,
    /// Who is told of new questions and of letters that failed; may be nobody.
    pub officers: Vec<Mailbox>,
}

/// The address to which a letter comes back, of its own for each sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BounceAddress {
    before: String,
    after: String,
}

impl BounceAddress {
    /// Where the token stands in the setting.
    const PLACE: &str = "{token}";

    /// Reads `bounces+{token}@example.org`; none where it would not give addresses that mail can go to.
    fn parse(text: &str) -> Option<Self> {
        let (before, after) = text.split_once(Self::PLACE)?;
        let address = Self {
            before: before.to_owned(),
            after: after.to_owned(),
        };
        let whole = address.with(&"0".repeat(TOKEN_CHARACTERS));
        // RFC 5321: 64 characters before the @
        let fits = whole
            .split_once('@')
            .is_some_and(|(local, _)| local.len() <= 64);
        (fits && !before.contains('@') && whole.parse::<Address>().is_ok()).then_some(address)
    }

    /// The address with this token.
    pub fn with(&self, token: &str) -> String {
        format!("{}{token}{}", self.before, self.after)
    }

    /// What stands in an address where this one has its token; capitals make no difference.
    ///
    /// A mail server that put the address into its form may have changed them.
    pub fn token_in(&self, address: &str) -> Option<String> {
        let address = address.to_lowercase();
        let rest = address.strip_prefix(&self.before.to_lowercase())?;
        let token = rest.strip_suffix(&self.after.to_lowercase())?;
        (!token.is_empty()).then(|| token.to_owned())
    }
}

/// How letters leave.
#[derive(Debug, Clone)]
pub enum MailTransport {
    /// As `.eml` files in this directory.
    Folder(PathBuf),
    /// Kept in memory, for tests.
    Memory,
    /// By SMTP.
    Smtp(Smtp),
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: SmtpSecurity,
    /// The account, where the server wants one.
    pub account: Option<SmtpAccount>,
    /// How long it may take over each step.
    pub timeout: Duration,
}

/// How a connection to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// Begins in the clear and must turn to TLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// In the clear: only to this machine.
    None,
}

/// An account at a mail server.
#[derive(Debug, Clone)]
pub struct SmtpAccount {
    /// The user's name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

impl Mail {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let kind = reader.parsed(
            "mail.transport",
            "\"folder\", \"smtp\" or \"memory\"",
            |text| matches!(text, "folder" | "smtp" | "memory").then(|| text.to_owned()),
        );
        let folder = reader.path("mail.folder");
        let smtp = read_smtp(reader, kind.as_deref() == Some("smtp"));
        let from = mailbox(reader, "mail.from");
        let reply_to = mailbox(reader, "mail.reply_to");
        let bounce_address = read_bounce_address(reader);
        let mut officers = Vec::new();
        for text in reader.list("mail.officers") {
            match text.parse() {
                Ok(officer) => officers.push(officer),
                Err(_) => reader.problem(
                    "mail.officers",
                    format!("{text:?} is not right: it must be {MAILBOX}"),
                ),
            }
        }
        let transport = match kind?.as_str() {
            "folder" => MailTransport::Folder(folder),
            "memory" => MailTransport::Memory,
            _ => MailTransport::Smtp(smtp?),
        };
        Some(Self {
            transport,
            from: from?,
            reply_to: reply_to?,
            bounce_address,
            officers,
        })
    }
}

fn read_bounce_address(reader: &mut Reader) -> Option<BounceAddress> {
    let text = reader.optional_text("mail.bounce_address")?;
    let address = BounceAddress::parse(&text);
    if address.is_none() {
        reader.problem(
            "mail.bounce_address",
            format!(
                "{text:?} is not right: it must be an e-mail address with {{token}} before the @, such as bounces+{{token}}@example.org, with {} characters at most around the token",
                64 - TOKEN_CHARACTERS
            ),
        );
    }
    address
}

/// What is said of a mail server is checked whole only where letters go there.
fn read_smtp(reader: &mut Reader, used: bool) -> Option<Smtp> {
    let host = reader.any_text("mail.smtp.host");
    let port = reader.number("mail.smtp.port", 1..=u16::MAX);
    let security = reader.parsed(
        "mail.smtp.security",
        "\"starttls\", \"tls\" or \"none\"",
        |text| match text {
            "starttls" => Some(SmtpSecurity::StartTls),
            "tls" => Some(SmtpSecurity::Tls),
            "none" => Some(SmtpSecurity::None),
            _ => None,
        },
    );
    let username = reader.optional_text("mail.smtp.username");
    let password = reader
        .optional_text("mail.smtp.password")
        .map(SecretString::from);
    let timeout = reader.duration("mail.smtp.timeout_seconds", Unit::Seconds, 1..=300);
    if !used {
        return None;
    }
    let host = host.filter(|host| !host.is_empty());
    if host.is_none() {
        reader.problem(
            "mail.smtp.host",
            "is empty: it must be the mail server's name, such as smtp.example.org",
        );
    }
    let account = match (username, password) {
        (Some(username), Some(password)) => Some(SmtpAccount { username, password }),
        (None, None) => None,
        (Some(_), None) => {
            reader.problem(
                "mail.smtp.password",
                "is empty although there is a username: give both or neither",
            );
            None
        }
        (None, Some(_)) => {
            reader.problem(
                "mail.smtp.username",
                "is empty although there is a password: give both or neither",
            );
            None
        }
    };
    if let (Some(host), Some(SmtpSecurity::None)) = (&host, security)
        && !is_this_machine(host)
    {
        reader.problem(
            "mail.smtp.security",
            "\"none\" is only for a mail server on this machine: it must be \"starttls\" or \"tls\"",
        );
    }
    Some(Smtp {
        host: host?,
        port,
        security: security?,
        account,
        timeout,
    })
}

/// Characters of the token in the address to which a letter comes back.
pub const TOKEN_CHARACTERS: usize = 52;

const MAILBOX: &str = "an e-mail address, alone or as \"Name <name@example.org>\"";

fn mailbox(reader: &mut Reader, key: &str) -> Option<Mailbox> {
    reader.parsed(key, MAILBOX, |text| text.parse().ok())
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
