//! What is cached, and for how long each kind is.

use std::time::Duration;

use crate::config::Value;

/// A kind of cached values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HotKind {
    Hospital,
    Ward,
    Window,
    Kitchen,
    Dish,
    Menu,
    Section,
    Item,
    /// Lists that were searched or filtered.
    Search,
    /// Figures that take a scan.
    Stats,
}

impl HotKind {
    pub const ALL: [Self; 10] = [
        Self::Hospital,
        Self::Ward,
        Self::Window,
        Self::Kitchen,
        Self::Dish,
        Self::Menu,
        Self::Section,
        Self::Item,
        Self::Search,
        Self::Stats,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Ward => "ward",
            Self::Window => "window",
            Self::Kitchen => "kitchen",
            Self::Dish => "dish",
            Self::Menu => "menu",
            Self::Section => "section",
            Self::Item => "item",
            Self::Search => "search",
            Self::Stats => "stats",
        }
    }
}

/// How long a value of each kind is fresh, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lives([Duration; HotKind::ALL.len()]);

/// How long it is fresh that something is not there: whoever asks for ids at random is to fill no
/// memory for long.
const NOTHING_IS_FRESH: Duration = Duration::from_secs(30);

impl Default for Lives {
    fn default() -> Self {
        let minutes = |kind| match kind {
            HotKind::Menu | HotKind::Section | HotKind::Item => 30,
            HotKind::Search | HotKind::Stats => 5,
            _ => 60,
        };
        Self(HotKind::ALL.map(|kind| Duration::from_secs(60 * minutes(kind))))
    }
}

impl Lives {
    pub fn of(&self, kind: HotKind, is_empty: bool) -> Duration {
        let life = self.0[kind as usize];
        match is_empty {
            true => life.min(NOTHING_IS_FRESH),
            false => life,
        }
    }

    pub fn longest(&self) -> Duration {
        self.0.into_iter().max().unwrap_or_default()
    }
}

impl Value for Lives {
    const ALLOWED: &'static str = "times by kind, such as menu=30min,search=5min; the kinds are hospital, ward, window, kitchen, dish, menu, section, item, search and stats";

    fn parse(text: &str) -> Option<Self> {
        let mut lives = Self::default();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (name, life) = part.split_once('=')?;
            let kind = HotKind::ALL
                .into_iter()
                .find(|kind| kind.name() == name.trim())?;
            lives.0[kind as usize] = Duration::parse(life.trim())?;
        }
        Some(lives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_that_are_not_named_keep_their_time() {
        let lives = Lives::parse("menu=2s, search=1min").unwrap();
        assert_eq!(lives.of(HotKind::Menu, false), Duration::from_secs(2));
        assert_eq!(lives.of(HotKind::Menu, true), Duration::from_secs(2));
        assert_eq!(lives.of(HotKind::Search, false), Duration::from_secs(60));
        assert_eq!(lives.of(HotKind::Dish, false), Duration::from_secs(3600));
        assert_eq!(lives.of(HotKind::Dish, true), Duration::from_secs(30));
        assert_eq!(Lives::parse(""), Some(Lives::default()));
        for wrong in ["menu", "menu=", "menu=0s", "order=1min", "menu=1h"] {
            assert_eq!(Lives::parse(wrong), None, "{wrong}");
        }
    }
}
