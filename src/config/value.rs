//! The types that a setting can have: each reads itself and says what it allows.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use axum::http::HeaderName;

pub trait Value: Sized {
    const ALLOWED: &'static str;

    fn parse(text: &str) -> Option<Self>;

    /// The value as it may be printed: without passwords.
    fn shown(text: &str) -> String {
        text.to_owned()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Development,
    Production,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// What is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch(pub bool);

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub usize);

/// Web origins, such as `https://app.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins(pub Vec<String>);

impl Value for SocketAddr {
    const ALLOWED: &'static str = "an address with a port, such as 127.0.0.1:8000";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Value for Option<Environment> {
    const ALLOWED: &'static str = "development, production or empty";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(None),
            "development" => Some(Some(Environment::Development)),
            "production" => Some(Some(Environment::Production)),
            _ => None,
        }
    }
}

impl Value for LogFormat {
    const ALLOWED: &'static str = "text or json";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl Value for Switch {
    const ALLOWED: &'static str = "on or off";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "on" => Some(Self(true)),
            "off" => Some(Self(false)),
            _ => None,
        }
    }
}

impl Value for PathBuf {
    const ALLOWED: &'static str = "a folder";

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
}

impl Value for Option<PathBuf> {
    const ALLOWED: &'static str = "a file or empty";

    fn parse(text: &str) -> Option<Self> {
        Some((!text.is_empty()).then(|| text.into()))
    }
}

impl Value for Option<HeaderName> {
    const ALLOWED: &'static str = "the name of a header or empty";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(None),
            _ => text.parse().ok().map(Some),
        }
    }
}

impl Value for Duration {
    const ALLOWED: &'static str = "a time above zero with its unit: 250ms, 2s or 5min";

    fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = text[..digits].parse().ok().filter(|number| *number > 0)?;
        match &text[digits..] {
            "ms" => Some(Self::from_millis(number)),
            "s" => Some(Self::from_secs(number)),
            "min" => number.checked_mul(60).map(Self::from_secs),
            _ => None,
        }
    }
}

impl Value for Bytes {
    const ALLOWED: &'static str = "a size above zero with its unit: 65536B, 256KiB or 2MiB";

    fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let number: usize = text[..digits].parse().ok().filter(|number| *number > 0)?;
        let unit = match &text[digits..] {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            _ => return None,
        };
        number.checked_mul(unit).map(Self)
    }
}

impl Value for Option<Bytes> {
    const ALLOWED: &'static str = "a size with its unit, 65536B, 256KiB or 2MiB, or 0";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "0" => Some(None),
            _ => Bytes::parse(text).map(Some),
        }
    }
}

impl Value for Origins {
    const ALLOWED: &'static str = "origins separated by commas, such as https://app.example.org";

    fn parse(text: &str) -> Option<Self> {
        let origins: Vec<String> = text
            .split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(str::to_owned)
            .collect();
        let is_origin = |origin: &String| {
            let host = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains('/'))
        };
        origins.iter().all(is_origin).then_some(Self(origins))
    }
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Value for $type {
            const ALLOWED: &'static str = "a whole number above zero";

            fn parse(text: &str) -> Option<Self> {
                text.parse().ok().filter(|number| *number > 0)
            }
        }
    )*};
}

number!(usize, u64);

impl Value for u32 {
    const ALLOWED: &'static str = "a whole number from 1 to 10000";

    fn parse(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .filter(|number| (1..=10_000).contains(number))
    }
}

impl Value for bool {
    const ALLOWED: &'static str = "true or false";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Value for String {
    const ALLOWED: &'static str = "text";

    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}
