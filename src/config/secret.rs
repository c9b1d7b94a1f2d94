//! The secret that signs cookies and private links.
//!
//! It is given as `PQT__SECRET__KEY`, or kept in a file that only the service's own account can read. In development the file
//! is made on the first start; production never makes a secret of its own, since two nodes would then not know each other's
//! signatures.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretString};

use super::Environment;
use crate::private_files;

/// The fewest characters that a secret may have.
pub const LEAST_CHARACTERS: usize = 32;

/// A secret long and varied enough to sign with. Its value never appears in a log or a message.
#[derive(Debug, Clone)]
pub struct SecretKey(SecretString);

impl SecretKey {
    /// Takes a text as a secret.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let mut distinct: Vec<char> = text.chars().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if text.chars().count() < LEAST_CHARACTERS {
            Err(
                "is too short: it must have at least 32 characters, such as 64 random hexadecimal digits",
            )
        } else if distinct.len() < 8 {
            Err("is too easy to guess: it must be random, such as 64 random hexadecimal digits")
        } else {
            Ok(Self(SecretString::from(text)))
        }
    }

    /// The bytes to sign with.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// Where the secret is to be had.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The secret itself, where the settings hold it.
    pub key: Option<SecretKey>,
    /// The file that holds it otherwise.
    pub file: PathBuf,
}

/// The secret can't be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is neither a setting nor a file, and production makes none.
    #[error("secret.key: there is no secret: set PQT__SECRET__KEY, or write one to {}", .0.display())]
    Missing(PathBuf),
    /// The file holds something that is no good as a secret.
    #[error("{}: the secret {what}", .file.display())]
    Weak {
        /// The file.
        file: PathBuf,
        /// What is wrong with its content.
        what: &'static str,
    },
    /// Others can read the file.
    #[error("{}: other accounts can read the secret: run chmod 600 on it", .0.display())]
    Open(PathBuf),
    /// The file can't be read or made.
    #[error("{}: the secret can't be read or made: {source}", .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Secret {
    /// The secret: from the settings, from the file, or, in development, made now and written to the file for later starts.
    ///
    /// # Errors
    /// See [`SecretError`].
    pub fn obtain(&self, environment: Environment) -> Result<SecretKey, SecretError> {
        if let Some(key) = &self.key {
            return Ok(key.clone());
        }
        match (read(&self.file)?, environment) {
            (Some(key), _) => Ok(key),
            (None, Environment::Production) => Err(SecretError::Missing(self.file.clone())),
            (None, Environment::Development) => make(&self.file),
        }
    }
}

fn read(file: &Path) -> Result<Option<SecretKey>, SecretError> {
    let failed = |source| SecretError::Io {
        file: file.to_owned(),
        source,
    };
    let mut opened = match OpenOptions::new().read(true).open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if is_open_to_others(&opened.metadata().map_err(failed)?) {
        return Err(SecretError::Open(file.to_owned()));
    }
    let mut text = String::new();
    opened.read_to_string(&mut text).map_err(failed)?;
    SecretKey::parse(&text)
        .map(Some)
        .map_err(|what| SecretError::Weak {
            file: file.to_owned(),
            what,
        })
}

/// Writes the whole secret under another name first, then gives it its own name unless that has appeared meanwhile: two
/// starts at once end up with one secret, and a start that is killed leaves no half of one.
fn make(file: &Path) -> Result<SecretKey, SecretError> {
    let failed = |source| SecretError::Io {
        file: file.to_owned(),
        source,
    };
    let mut bytes = [0_u8; 32];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| failed(io::Error::other(error)))?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(directory) = file.parent() {
        private_files::create_directories(directory).map_err(failed)?;
    }
    let draft = file.with_extension(format!("{}.{}", std::process::id(), &digits[..8]));
    let written =
        write_private(&draft, &digits).and_then(|()| match std::fs::hard_link(&draft, file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let removed = std::fs::remove_file(&draft);
    written.and(removed).map_err(failed)?;
    read(file)?.ok_or_else(|| SecretError::Missing(file.to_owned()))
}

fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut opened = private_files::create_new(file)?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_in(directory: &tempfile::TempDir) -> Secret {
        Secret {
            key: None,
            file: directory.path().join("made/secret.key"),
        }
    }

    #[test]
    fn development_makes_a_secret_once_and_finds_it_again() {
        let directory = tempfile::tempdir().unwrap();
        let secret = kept_in(&directory);
        let first = secret.obtain(Environment::Development).unwrap();
        let second = secret.obtain(Environment::Production).unwrap();
        assert_eq!(first.expose(), second.expose());
        assert_eq!(first.expose().len(), 64);
        let left: Vec<_> = std::fs::read_dir(directory.path().join("made"))
            .unwrap()
            .collect();
        assert_eq!(left.len(), 1, "no draft is left behind");
    }

    #[test]
    fn two_first_starts_at_once_agree() {
        let directory = tempfile::tempdir().unwrap();
        let secret = kept_in(&directory);
        let keys: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        secret
                            .obtain(Environment::Development)
                            .unwrap()
                            .expose()
                            .to_vec()
                    })
                })
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn production_makes_none() {
        let directory = tempfile::tempdir().unwrap();
        let secret = kept_in(&directory);
        assert!(matches!(
            secret.obtain(Environment::Production),
            Err(SecretError::Missing(_))
        ));
        assert!(!secret.file.exists());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_the_service_alone() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let secret = kept_in(&directory);
        secret.obtain(Environment::Development).unwrap();
        let mode = std::fs::metadata(&secret.file)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::set_permissions(&secret.file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            secret.obtain(Environment::Development),
            Err(SecretError::Open(_))
        ));
    }

    #[test]
    fn short_and_plain_secrets_are_refused_and_never_shown() {
        assert!(SecretKey::parse("too short").is_err());
        assert!(SecretKey::parse(&"ab".repeat(40)).is_err());
        let key = SecretKey::parse("0123456789abcdef0123456789abcdef").unwrap();
        assert!(!format!("{key:?}").contains("0123"));
    }
}
