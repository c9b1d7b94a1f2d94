//! Devices on which somebody has signed in before.
//!
//! After a sign-in the browser is given a signed cookie of the account. It is no credential: the password is asked for all the
//! same. It only says that the account's owner has been here, so that guessing from elsewhere does not slow the owner down and a
//! flood of sign-ins does not keep them out (the "device cookies" of OWASP). Nothing of it is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use subtle::ConstantTimeEq;

use crate::service::Service;

/// What tells one device from another.
const NONCE_BYTES: usize = 16;

/// Nonce, instant of issue in seconds, keyed hash.
const COOKIE_BYTES: usize = NONCE_BYTES + 8 + 32;

/// A device on which an account has been signed in to, from its cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDevice {
    nonce: [u8; NONCE_BYTES],
}

impl KnownDevice {
    /// What tells this device from others.
    pub fn id(&self) -> &[u8] {
        &self.nonce
    }
}

impl Service {
    /// Returns the part of the cookie's name that belongs to an account, so that several people can share a computer. `account` is
    /// the e-mail address in lower case.
    pub fn device_cookie_of(&self, account: &str) -> String {
        let name = self.keyed_hex("device cookie's name", account);
        name.chars().take(16).collect()
    }

    /// Makes the cookie's value for a device on which this account has just been signed in to.
    pub fn new_device_cookie(&self, account: &str) -> String {
        let nonce = rand::random::<[u8; NONCE_BYTES]>();
        let issued = self.now().timestamp().to_be_bytes();
        let sealed = self.device_seal(account, &nonce, issued);
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &issued, &sealed].concat())
    }

    /// Returns the device of a cookie, if it was issued to this account and is not too old.
    pub fn known_device(&self, account: &str, cookie: &str) -> Option<KnownDevice> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let bytes: [u8; COOKIE_BYTES] = bytes.try_into().ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let (issued, seal) = rest.split_first_chunk::<8>()?;
        let right: bool = self.device_seal(account, nonce, *issued).ct_eq(seal).into();
        let issued_at = DateTime::from_timestamp(i64::from_be_bytes(*issued), 0)?;
        let age = self.now() - issued_at;
        let fresh = age >= TimeDelta::zero() && age < self.settings.sessions.known_device;
        (right && fresh).then_some(KnownDevice { nonce: *nonce })
    }

    fn device_seal(&self, account: &str, nonce: &[u8], issued: [u8; 8]) -> [u8; 32] {
        self.keyed_hash("device cookie", &[account.as_bytes(), nonce, &issued])
    }
}
