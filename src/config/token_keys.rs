//! The keys of access tokens: named, never printed.

use std::fmt;

use super::value::Value;

/// A key that signs access tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey {
    pub id: String,
    pub secret: String,
}

/// Keys, of which the first signs and all are good to read.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKeys(pub Vec<TokenKey>);

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|key| format!("{}:***", key.id)))
            .finish()
    }
}

impl TokenKey {
    fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.trim().split_once(':')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_id = (1..=64).contains(&id.len()) && id.chars().all(is_name);
        let is_secret = (32..=512).contains(&secret.len())
            && secret.bytes().all(|byte| byte.is_ascii_graphic());
        (is_id && is_secret).then(|| Self {
            id: id.to_owned(),
            secret: secret.to_owned(),
        })
    }
}

impl Value for Option<TokenKeys> {
    const ALLOWED: &'static str = "NAME:SECRET pairs separated by commas, each with a name of \
         its own and 32 to 512 visible ASCII characters, or empty";

    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        let keys: Option<Vec<TokenKey>> = text.split(',').map(TokenKey::parse).collect();
        let keys = keys?;
        let is_first = |(at, key): (usize, &TokenKey)| !keys[..at].iter().any(|k| k.id == key.id);
        let are_distinct = keys.iter().enumerate().all(is_first);
        are_distinct.then_some(Some(TokenKeys(keys)))
    }

    fn shown(text: &str) -> String {
        let hidden = |key: &str| match key.split_once(':') {
            Some((id, _)) => format!("{}:***", id.trim()),
            None => "***".to_owned(),
        };
        match text {
            "" => String::new(),
            text => text.split(',').map(hidden).collect::<Vec<_>>().join(","),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn parse(text: &str) -> Option<Option<TokenKeys>> {
        Value::parse(text)
    }

    #[test]
    fn each_has_a_name_and_enough_to_guess() {
        assert_eq!(parse(""), Some(None));
        let keys = parse(&format!("b:{SECRET}, a:{SECRET}")).unwrap().unwrap();
        let ids: Vec<&str> = keys.0.iter().map(|key| &*key.id).collect();
        assert_eq!(ids, ["b", "a"]);
        for wrong in [
            SECRET,
            ":0123456789abcdef0123456789abcdef",
            "a:0123456789abcdef0123456789abcde",
            "a b:0123456789abcdef0123456789abcdef",
            "a:0123456789abcdef 0123456789abcdef",
            "a:0123456789abcdef0123456789abcdef,",
            "a:0123456789abcdef0123456789abcdef,a:0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn are_never_shown() {
        let text = format!("b:{SECRET},{SECRET}");
        assert_eq!(<Option<TokenKeys> as Value>::shown(&text), "b:***,***");
        let keys = parse(&format!("b:{SECRET}")).unwrap().unwrap();
        assert_eq!(format!("{keys:?}"), r#"["b:***"]"#);
    }
}
