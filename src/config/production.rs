//! What is fine on one's own machine and nowhere else.

use secrecy::ExposeSecret;

use super::mail::MailTransport;
use super::reader::Reader;
use super::{Environment, Settings};

/// Notes everything in the settings that their environment does not allow.
pub(super) fn check(settings: &Settings, reader: &mut Reader) {
    match settings.environment {
        Environment::Production => check_production(settings, reader),
        Environment::Development => check_development(settings, reader),
    }
}

fn check_production(settings: &Settings, reader: &mut Reader) {
    let mut refuse = |wrong: bool, key: &str, what: &str| {
        if wrong {
            reader.problem(key, format!("{what} in production"));
        }
    };
    refuse(
        !settings.council.public_url.is_https(),
        "council.public_url",
        "must begin with https://",
    );
    refuse(
        !settings.server.secure_cookies,
        "server.secure_cookies",
        "must be true",
    );
    refuse(
        !matches!(settings.mail.transport, MailTransport::Smtp(_)),
        "mail.transport",
        "must be \"smtp\", or nobody would get a letter,",
    );
    refuse(
        settings.retention.journal.is_none()
            && settings
                .database
                .url
                .expose_secret()
                .starts_with("postgres"),
        "retention.journal",
        "must name a file outside PostgreSQL, or what was erased comes back with a restored backup,",
    );
    refuse(
        settings.seeds.load_when_empty,
        "seeds.load_when_empty",
        "must be false: the seeds are for demonstration, not",
    );
    let examples = [
        ("council.email", settings.council.email.as_str()),
        (
            "council.privacy_contact",
            settings.council.privacy_contact.as_str(),
        ),
        ("mail.from", settings.mail.from.email.domain()),
        ("mail.reply_to", settings.mail.reply_to.email.domain()),
    ];
    for (key, address) in examples {
        refuse(
            is_example(address),
            key,
            "is an example: it must be the council's own",
        );
    }
    let an_officer = settings
        .mail
        .officers
        .iter()
        .any(|officer| is_example(officer.email.domain()));
    refuse(
        an_officer,
        "mail.officers",
        "holds an example: it must hold the council's own addresses",
    );
    let published = ["default.toml", "council.toml"]
        .iter()
        .any(|file| reader.origin("secret.key").ends_with(file));
    match (&settings.secret.key, published) {
        (Some(_), true) => reader.problem(
            "secret.key",
            "stands in a file of the repository, where it is no secret: set PQT__SECRET__KEY instead",
        ),
        (None, _) if !settings.secret.file.is_file() => reader.problem(
            "secret.key",
            format!(
                "is missing in production: set PQT__SECRET__KEY to at least 32 random characters, or write them to {}",
                settings.secret.file.display()
            ),
        ),
        _ => {}
    }
}

/// Development has sign-ins that everybody knows and speaks plain http.
fn check_development(settings: &Settings, reader: &mut Reader) {
    if let Some(bind) = settings
        .metrics
        .bind
        .filter(|bind| !bind.ip().is_loopback())
    {
        reader.problem(
            "metrics.bind",
            format!(
                "{bind} can be reached from other machines: in development it must be on this machine, such as 127.0.0.1:9464"
            ),
        );
    }
    if !settings.server.bind.ip().is_loopback() {
        reader.problem(
            "server.bind",
            format!(
                "{} can be reached from other machines: in development it must be on this machine, such as 127.0.0.1:8080",
                settings.server.bind
            ),
        );
    }
}

/// Addresses under the names set aside for examples reach nobody.
fn is_example(address: &str) -> bool {
    let domain = address
        .rsplit('@')
        .next()
        .unwrap_or(address)
        .to_ascii_lowercase();
    [
        "example.org",
        "example.com",
        "example.net",
        "example",
        "test",
        "invalid",
        "localhost",
    ]
    .iter()
    .any(|name| domain == *name || domain.ends_with(&format!(".{name}")))
}
