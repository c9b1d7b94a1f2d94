//! How letters leave the house: to a mail server, into a folder, or into memory.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, Once, PoisonError},
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    address::Envelope,
    transport::smtp::{
        self, PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use secrecy::ExposeSecret;

use super::message;
use crate::{
    config::{MailTransport, Settings, Smtp, SmtpSecurity},
    domain::id::LetterId,
    private_files,
    service::deliver_outbox::{Delivering, Outgoing, Postman, Undelivered},
};

/// The postman that the settings name.
///
/// # Errors
/// Where the mail server's name or this machine's certificates cannot be used.
pub fn postman(settings: &Arc<Settings>) -> Result<Arc<dyn Postman>, smtp::Error> {
    Ok(match &settings.mail.transport {
        MailTransport::Smtp(smtp) => Arc::new(SmtpPostman::new(settings, smtp)?),
        MailTransport::Folder(folder) => Arc::new(FolderPostman::new(settings, folder)),
        MailTransport::Memory => Arc::new(MemoryPostman::new(settings)),
    })
}

/// Hands letters to a mail server.
pub struct SmtpPostman {
    settings: Arc<Settings>,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl SmtpPostman {
    /// A postman for this server. Nothing is connected yet.
    ///
    /// # Errors
    /// Where the server's name or this machine's certificates cannot be used.
    pub fn new(settings: &Arc<Settings>, server: &Smtp) -> Result<Self, smtp::Error> {
        use_ring();
        let tls = || TlsParameters::new(server.host.clone());
        let connections = u32::try_from(settings.outbox.concurrency).unwrap_or(u32::MAX);
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
                .port(server.port)
                .timeout(Some(server.timeout))
                .tls(match server.security {
                    SmtpSecurity::StartTls => Tls::Required(tls()?),
                    SmtpSecurity::Tls => Tls::Wrapper(tls()?),
                    SmtpSecurity::None => Tls::None,
                })
                .pool_config(PoolConfig::new().max_size(connections));
        if let Some(account) = &server.account {
            builder = builder.credentials(Credentials::new(
                account.username.clone(),
                account.password.expose_secret().to_owned(),
            ));
        }
        Ok(Self {
            settings: Arc::clone(settings),
            transport: builder.build(),
        })
    }
}

impl Postman for SmtpPostman {
    fn deliver<'a>(&'a self, letter: &'a Outgoing) -> Delivering<'a> {
        Box::pin(async move {
            let written = message::write(&self.settings, letter)?;
            let as_sent = written.rendered.as_sent();
            let from = match &self.settings.mail.bounce_address {
                Some(address) => address.with(&letter.bounce_token).parse(),
                None => Ok(self.settings.mail.from.email.clone()),
            }
            .map_err(|_| message::never("the address for letters that come back cannot be used"))?;
            let envelope = Envelope::new(Some(from), vec![written.to])
                .map_err(|_| message::never("there is nobody to send it to"))?;
            let sent = self
                .transport
                .send_raw(&envelope, &written.message.formatted())
                .await;
            match sent {
                Ok(_) => Ok(as_sent),
                Err(error) => Err(judge(&error)),
            }
        })
    }
}

/// Only the server's own no to this letter is for good. Whatever lies between (the network, a certificate, a password) can be
/// mended, and then the letter goes.
fn judge(error: &smtp::Error) -> Undelivered {
    // RFC 4954: authentication is wanted, too weak, needs TLS, or failed
    let about_the_account = error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    let said = if error.status().is_some() {
        format!("the mail server answered: {error}")
    } else {
        format!("the mail server does not answer ({error})")
    };
    if error.is_permanent() && !about_the_account {
        Undelivered::Permanent(said)
    } else {
        Undelivered::Temporary(said)
    }
}

/// rustls asks for one provider of cryptography for the whole process.
fn use_ring() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // an error means that the process has chosen already
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Puts letters into a folder, one `.eml` file each.
pub struct FolderPostman {
    settings: Arc<Settings>,
    folder: PathBuf,
}

impl FolderPostman {
    /// A postman for this folder, which is made when the first letter comes.
    pub fn new(settings: &Arc<Settings>, folder: &Path) -> Self {
        Self {
            settings: Arc::clone(settings),
            folder: folder.to_owned(),
        }
    }
}

impl Postman for FolderPostman {
    fn deliver<'a>(&'a self, letter: &'a Outgoing) -> Delivering<'a> {
        Box::pin(async move {
            let written = message::write(&self.settings, letter)?;
            let (folder, name) = (self.folder.clone(), file_name(letter));
            let bytes = written.message.formatted();
            let as_sent = written.rendered.as_sent();
            match tokio::task::spawn_blocking(move || put(&folder, &name, &bytes)).await {
                Ok(Ok(())) => Ok(as_sent),
                Ok(Err(error)) => Err(Undelivered::Temporary(format!(
                    "the folder for letters: {error}"
                ))),
                Err(_) => Err(Undelivered::Temporary("the writer stopped".to_owned())),
            }
        })
    }
}

/// A name that sorts by time, says what the letter is, and is the same whenever the letter comes again.
fn file_name(letter: &Outgoing) -> String {
    let id = letter.id.to_string();
    let tail = &id[id.len().saturating_sub(8)..];
    let reference = letter
        .reference
        .as_ref()
        .map_or_else(String::new, |reference| format!("{reference}-"));
    format!(
        "{}-{}-{reference}{tail}.eml",
        letter.written_at.format("%Y%m%dT%H%M%SZ"),
        letter.letter.code().replace('_', "-"),
    )
}

/// Puts a file there whole, for this account alone since letters hold private links: a reader, or a start after a power cut, finds
/// all of it or none.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    private_files::create_directories(folder)?;
    let unfinished = folder.join(format!(".{name}.part"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let mut file = private_files::open(&mut options, &unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    // the name is in the folder for good only once the folder is on the disk
    File::open(folder)?.sync_all()
}

/// A letter that a [`MemoryPostman`] keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The letter's identifier.
    pub id: LetterId,
    /// Its kind, such as `acknowledgement`.
    pub kind: &'static str,
    /// Where it went.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// The private link that it tells of, if any.
    pub private_link: Option<String>,
    /// The whole e-mail.
    pub message: Vec<u8>,
}

/// Keeps letters, for tests. Clones share what they keep.
#[derive(Clone)]
pub struct MemoryPostman {
    settings: Arc<Settings>,
    inner: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    kept: Vec<Kept>,
    failing: Option<Undelivered>,
}

impl MemoryPostman {
    /// A postman who has no letters yet.
    pub fn new(settings: &Arc<Settings>) -> Self {
        Self {
            settings: Arc::clone(settings),
            inner: Arc::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Memory> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The letters delivered so far, oldest first.
    pub fn letters(&self) -> Vec<Kept> {
        self.inner().kept.clone()
    }

    /// The letters delivered to an address, oldest first.
    pub fn letters_to(&self, email: &str) -> Vec<Kept> {
        let mut letters = self.letters();
        letters.retain(|letter| letter.to == email);
        letters
    }

    /// Fails at every letter in this way, until it is called with none.
    pub fn fail_with(&self, failing: Option<Undelivered>) {
        self.inner().failing = failing;
    }
}

impl Postman for MemoryPostman {
    fn deliver<'a>(&'a self, letter: &'a Outgoing) -> Delivering<'a> {
        Box::pin(async move {
            let written = message::write(&self.settings, letter)?;
            let mut inner = self.inner();
            if let Some(failing) = &inner.failing {
                return Err(failing.clone());
            }
            let as_sent = written.rendered.as_sent();
            inner.kept.push(Kept {
                id: letter.id,
                kind: letter.letter.code(),
                to: written.to.to_string(),
                subject: written.rendered.subject,
                text: written.rendered.text,
                html: written.rendered.html,
                private_link: letter.private_link.clone(),
                message: written.message.formatted(),
            });
            Ok(as_sent)
        })
    }
}
