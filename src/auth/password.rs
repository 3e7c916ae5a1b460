//! Passwords: hashed slowly, on threads of their own, and only a few at a time.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Argon2id with 19 MiB, 2 passes and 1 lane: the OWASP Password Storage Cheat Sheet, 2025.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Stands in where there is no account, so that it takes as long to say so. No password is known
/// that has this hash, and one that had would be refused.
const OF_NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hashes and checks passwords; as many at once as there are processors.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

impl Default for Passwords {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            turns: Arc::new(Semaphore::new(processors)),
            computed: Arc::default(),
        }
    }
}

impl Passwords {
    /// What is kept of a password: its hash, with the salt and the parameters.
    pub async fn hash(&self, password: String) -> Result<String> {
        let hash = move || Ok(argon2()?.hash_password(password.as_bytes())?.to_string());
        self.compute(hash).await
    }

    /// Whether it is the password with this hash. Takes as long where there is none.
    pub async fn is(&self, password: String, hash: Option<&str>) -> Result<bool> {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or(OF_NOBODY).to_owned();
        let check = move || {
            let hash = PasswordHash::new(&hash)?;
            Ok(argon2()?
                .verify_password(password.as_bytes(), &hash)
                .is_ok())
        };
        Ok(self.compute(check).await? && is_known)
    }

    /// How many hashes were computed since the start.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    async fn compute<T: Send + 'static>(
        &self,
        compute: impl FnOnce() -> argon2::password_hash::Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned());
        let Ok(Ok(turn)) = turn.await else {
            return Err(Error::Unavailable);
        };
        self.computed.fetch_add(1, Ordering::Relaxed);
        let computing = tokio::task::spawn_blocking(move || {
            // Nobody takes the turn of one who is given up and computes all the same.
            let _turn = turn;
            compute()
        });
        let computed = computing.await.map_err(Error::internal)?;
        computed.map_err(|error| Error::internal(anyhow::anyhow!("argon2: {error}")))
    }
}

fn argon2() -> argon2::password_hash::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let passwords = Passwords::default();
        let right = || "correct horse battery".to_owned();
        let hash = passwords.hash(right()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(passwords.hash(right()).await.unwrap(), hash);
        assert!(passwords.is(right(), Some(&hash)).await.unwrap());
        let wrong = "correct horse batterz".to_owned();
        assert!(!passwords.is(wrong, Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_one_and_is_computed_all_the_same() {
        let passwords = Passwords::default();
        let is_right = passwords.is("anything".to_owned(), None).await;
        assert!(!is_right.unwrap());
        assert_eq!(passwords.computed(), 1);
        // What stands in costs what a real one does.
        let hash = PasswordHash::new(OF_NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        let own = argon2().unwrap();
        assert_eq!(params.m_cost(), own.params().m_cost());
        assert_eq!(params.t_cost(), own.params().t_cost());
        assert_eq!(params.p_cost(), own.params().p_cost());
    }
}
