//! Hashing passwords in one block of memory.
//!
//! A hash needs 19 MiB. It is done by one thread at a time in a block that is kept, so that memory stays the same however many
//! people sign in at once, and whichever threads they come by.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;

use super::{MOST_CHARACTERS, Password};
use crate::service::ServiceError;

/// A hash of the same cost that no password has.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The length of a salt, in bytes (RFC 9106, section 3.1).
const SALT_BYTES: usize = 16;

/// Hashes passwords, one at a time.
#[derive(Default)]
pub struct Hasher {
    memory: Mutex<Vec<Block>>,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

impl Hasher {
    /// Returns a password's hash in PHC form. Takes some tens of milliseconds.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] where the library refuses its own parameters.
    pub fn hash(&self, password: &Password) -> Result<String, ServiceError> {
        let internal = |error: &dyn fmt::Display| ServiceError::Internal(error.to_string());
        let salt = rand::random::<[u8; SALT_BYTES]>();
        let params = Params::default();
        let output = self
            .fill(
                Algorithm::Argon2id,
                &params,
                password.expose(),
                &salt,
                Params::DEFAULT_OUTPUT_LEN,
            )
            .map_err(|error| internal(&error))?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).map_err(|error| internal(&error))?,
            salt: Some(Salt::new(&salt).map_err(|error| internal(&error))?),
            hash: Some(Output::new(&output).map_err(|error| internal(&error))?),
        };
        Ok(hash.to_string())
    }

    /// Checks whether a password is the one that was hashed. Without a hash it takes as long and is never right, so that nobody can
    /// tell from the time whether an account exists.
    pub fn is_right(&self, typed: &str, hash: Option<&str>) -> bool {
        let typed: String = typed.chars().take(MOST_CHARACTERS + 1).nfc().collect();
        self.matches(&typed, hash.unwrap_or(NOBODYS)) == Some(true) && hash.is_some()
    }

    /// None where the hash is not one of argon2's.
    fn matches(&self, typed: &str, hash: &str) -> Option<bool> {
        let parsed = PasswordHash::new(hash).ok()?;
        let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).ok()?;
        let params = Params::try_from(&parsed).ok()?;
        let (salt, wanted) = (parsed.salt.as_ref()?, parsed.hash.as_ref()?);
        let wanted = wanted.as_bytes();
        let output = self
            .fill(algorithm, &params, typed, salt, wanted.len())
            .ok()?;
        Some(output.ct_eq(wanted).into())
    }

    fn fill(
        &self,
        algorithm: Algorithm,
        params: &Params,
        password: &str,
        salt: &[u8],
        length: usize,
    ) -> argon2::Result<Vec<u8>> {
        let mut memory = self.memory();
        let blocks = params.block_count();
        if memory.len() < blocks {
            memory.resize(blocks, Block::default());
        }
        let mut output = vec![0; length];
        Argon2::new(algorithm, Version::V0x13, params.clone()).hash_password_into_with_memory(
            password.as_bytes(),
            salt,
            &mut output,
            memory.get_mut(..blocks).unwrap_or_default(),
        )?;
        Ok(output)
    }

    fn memory(&self) -> MutexGuard<'_, Vec<Block>> {
        // every hash fills it anew, so what a panic left in it does not matter
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    use super::*;

    #[test]
    fn a_password_is_known_again_by_its_hash_alone() {
        let hasher = Hasher::default();
        let password = Password::parse("caf\u{e9} by the canal").unwrap();
        let hash = hasher.hash(&password).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        // typed with a combining accent on another keyboard
        assert!(hasher.is_right("cafe\u{301} by the canal", Some(&hash)));
        assert!(!hasher.is_right("cafe by the canal", Some(&hash)));
        assert!(!hasher.is_right("caf\u{e9} by the canal", None));
        assert!(!hasher.is_right("anything", Some("not a hash")));
        assert_ne!(hasher.hash(&password).unwrap(), hash, "salted");
    }

    #[test]
    fn hashes_are_those_of_the_library() {
        let hasher = Hasher::default();
        let password = Password::parse("a quiet evening in Widnes").unwrap();
        let ours = hasher.hash(&password).unwrap();
        let argon2 = Argon2::default();
        let typed = password.expose();
        assert_eq!(
            argon2.verify_password(typed.as_bytes(), ours.as_str()),
            Ok(())
        );
        let theirs: PasswordHash = argon2.hash_password(typed.as_bytes()).unwrap();
        assert!(hasher.is_right(typed, Some(&theirs.to_string())));
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys() {
        let own: PasswordHash = Argon2::default().hash_password(b"any password").unwrap();
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        assert_eq!(nobodys.algorithm, own.algorithm);
        assert_eq!(nobodys.params, own.params);
        let length = |hash: &PasswordHash| hash.hash.as_ref().map(|hash| hash.as_bytes().len());
        assert_eq!(length(&nobodys), length(&own));
    }

    #[test]
    fn memory_is_taken_once() {
        let hasher = Hasher::default();
        for _ in 0..3 {
            assert!(!hasher.is_right("a wrong guess", None));
        }
        assert_eq!(hasher.memory().len(), Params::default().block_count());
    }
}
