//! Secrets that are made here: random, and known again by their hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// 256 random bits as 43 characters.
pub fn random() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::internal(anyhow::anyhow!("no random bits: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a secret. It is random: there is nothing to be guessed, and so no need for a
/// slow hash.
pub fn hash(secret: &str) -> String {
    format!("{:x}", Sha256::digest(secret))
}
