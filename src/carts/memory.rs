//! Carts in this process. `redis_store.rs` does the same: a test sends both the same changes.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

use super::{
    Change, Kept, Key, LIFE, Line, MOST_KEYS, MOST_LINES, MOST_PORTIONS, Outcome, What, Whose,
};

/// More, and those whose time is over first are thrown away.
const MOST_CARTS: usize = 10_000;

#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<Whose, Stored>>);

#[derive(Clone, Debug)]
struct Stored {
    version: i32,
    lines: Vec<Line>,
    /// With when they were used, the newest last.
    keys: VecDeque<(Key, DateTime<Utc>)>,
    expires_at: DateTime<Utc>,
}

impl Memory {
    pub fn read(&self, of: &[Whose], now: DateTime<Utc>) -> Vec<Option<Kept>> {
        let carts = self.carts();
        let kept = |whose| {
            let stored: &Stored = carts.get(whose)?;
            (now < stored.expires_at).then(|| Kept {
                version: stored.version,
                lines: stored.lines.clone(),
                expires_at: Some(stored.expires_at),
            })
        };
        of.iter().map(kept).collect()
    }

    pub fn change(&self, of: &Whose, change: &Change, now: DateTime<Utc>) -> Outcome {
        let mut carts = self.carts();
        let there = carts.get(of).filter(|stored| now < stored.expires_at);
        if there.is_none() && !change.makes {
            return Outcome::Missing;
        }
        let mut cart = there.cloned().unwrap_or_else(|| Stored::new(now));
        let outcome = cart.change(change, now);
        if let Ok(true) = outcome {
            put(&mut carts, of.clone(), cart, now);
        }
        outcome.map_or_else(|outcome| outcome, |_| Outcome::Done)
    }

    pub fn merge(&self, from: &Whose, into: &Whose, now: DateTime<Utc>) {
        let mut carts = self.carts();
        let Some(brought) = carts.remove(from).filter(|cart| now < cart.expires_at) else {
            return;
        };
        let there = carts.remove(into).filter(|cart| now < cart.expires_at);
        let mut cart = there.unwrap_or_else(|| Stored::new(now));
        cart.merge(brought, now);
        put(&mut carts, into.clone(), cart, now);
    }

    // Nothing that can panic is done while it is held.
    fn carts(&self) -> MutexGuard<'_, HashMap<Whose, Stored>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put(carts: &mut HashMap<Whose, Stored>, of: Whose, cart: Stored, now: DateTime<Utc>) {
    carts.insert(of, cart);
    if carts.len() > MOST_CARTS {
        carts.retain(|_, cart| now < cart.expires_at);
    }
    while carts.len() > MOST_CARTS {
        let oldest = carts.iter().min_by_key(|(_, cart)| cart.expires_at);
        let Some(oldest) = oldest.map(|(of, _)| of.clone()) else {
            return;
        };
        carts.remove(&oldest);
    }
}

impl Stored {
    fn new(now: DateTime<Utc>) -> Self {
        Self {
            version: 0,
            lines: Vec::new(),
            keys: VecDeque::new(),
            expires_at: now + LIFE,
        }
    }

    /// Whether anything was changed; else what speaks against it.
    fn change(&mut self, change: &Change, now: DateTime<Utc>) -> Result<bool, Outcome> {
        let mut keys = self.keys.iter();
        if let Some(key) = &change.key
            && let Some((used, at)) = keys.find(|(used, _)| used.name == key.name)
        {
            return Err(match used.print == key.print {
                true => Outcome::Again,
                false => Outcome::KeyReused(*at),
            });
        }
        if self.is_so(&change.what) {
            return Ok(false);
        }
        if let Some(expected) = change.expected_version
            && expected != self.version
        {
            return Err(Outcome::Version(self.version));
        }
        match &change.what {
            What::Add(line) => {
                let has = self.line(line).map_or(0, |old| old.quantity);
                if has + line.quantity > MOST_PORTIONS {
                    return Err(Outcome::TooMany { has });
                }
                self.put(line, has + line.quantity)?;
            }
            What::Set(line) => self.put(line, line.quantity)?,
            What::Remove(item) => self.lines.retain(|line| line.item != *item),
            What::Clear => self.lines.clear(),
            What::Take(taken) => {
                for (item, portions) in taken {
                    for line in self.lines.iter_mut().filter(|line| line.item == *item) {
                        line.quantity -= portions;
                    }
                }
                self.lines.retain(|line| line.quantity > 0);
            }
        }
        self.version += 1;
        self.expires_at = now + LIFE;
        self.keys.extend(change.key.clone().map(|key| (key, now)));
        self.forget_keys();
        Ok(true)
    }

    /// Whether nothing is left to be changed.
    fn is_so(&self, what: &What) -> bool {
        let is_in = |item| self.lines.iter().any(|line| line.item == item);
        match what {
            What::Add(_) => false,
            What::Set(line) => self.lines.iter().any(|old| {
                (old.item, old.quantity) == (line.item, line.quantity)
                    && (old.unit_price_minor, &old.currency)
                        == (line.unit_price_minor, &line.currency)
            }),
            What::Remove(item) => !is_in(*item),
            What::Clear => self.lines.is_empty(),
            What::Take(taken) => !taken.iter().any(|(item, _)| is_in(*item)),
        }
    }

    fn line(&mut self, of: &Line) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.item == of.item)
    }

    fn put(&mut self, line: &Line, quantity: i32) -> Result<(), Outcome> {
        let is_full = self.lines.len() >= MOST_LINES;
        match self.line(line) {
            Some(old) => {
                let added_at = old.added_at;
                *old = Line {
                    quantity,
                    added_at,
                    ..line.clone()
                };
            }
            None if is_full => return Err(Outcome::Full),
            None => self.lines.push(Line {
                quantity,
                ..line.clone()
            }),
        }
        Ok(())
    }

    fn merge(&mut self, brought: Self, now: DateTime<Utc>) {
        for line in brought.lines {
            let is_full = self.lines.len() >= MOST_LINES;
            match self.line(&line) {
                Some(old) => old.quantity = (old.quantity + line.quantity).min(MOST_PORTIONS),
                None if is_full => {}
                None => self.lines.push(line),
            }
        }
        self.version += 1;
        self.expires_at = now + LIFE;
        self.keys.extend(brought.keys);
        self.forget_keys();
    }

    fn forget_keys(&mut self) {
        let old = self.keys.len().saturating_sub(MOST_KEYS);
        self.keys.drain(..old);
    }
}
