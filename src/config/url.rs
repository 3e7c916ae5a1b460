//! The addresses of a database and of Redis. What is shown of them has no password.

use super::value::Value;

macro_rules! addresses {
    ($($(#[$doc:meta])* $name:ident: $($scheme:literal),+; $allowed:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(pub String);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&without_password(&self.0))
            }
        }

        impl Value for Option<$name> {
            const ALLOWED: &'static str = concat!($allowed, " or empty");

            fn parse(text: &str) -> Option<Self> {
                let is_address =
                    |scheme: &str| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty());
                match text {
                    "" => Some(None),
                    _ if [$($scheme),+].into_iter().any(is_address) => {
                        Some(Some($name(text.to_owned())))
                    }
                    _ => None,
                }
            }

            fn shown(text: &str) -> String {
                without_password(text)
            }
        }
    )+};
}

addresses! {
    /// Where the database is.
    DatabaseUrl: "sqlite://", "postgres://", "postgresql://"; "sqlite://FILE, postgres://…";
    /// Where Redis is.
    RedisUrl: "redis://", "rediss://", "redis+unix://", "unix://"; "redis://…, rediss://…, unix://…";
}

/// Where the replicas of a database are, in the order in which they are numbered.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReplicaUrls(pub Vec<String>);

impl std::fmt::Debug for ReplicaUrls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Self::shown(&self.0.join(",")))
    }
}

impl Value for ReplicaUrls {
    const ALLOWED: &'static str =
        "postgres://… addresses separated by commas (a comma in one is %2C) or empty";

    fn parse(text: &str) -> Option<Self> {
        let addresses = text.split(',').map(str::trim);
        let addresses: Vec<String> = addresses
            .filter(|address| !address.is_empty())
            .map(str::to_owned)
            .collect();
        let is_postgres = |address: &String| {
            let rest = address
                .strip_prefix("postgres://")
                .or_else(|| address.strip_prefix("postgresql://"));
            rest.is_some_and(|rest| !rest.is_empty())
        };
        addresses.iter().all(is_postgres).then_some(Self(addresses))
    }

    fn shown(text: &str) -> String {
        let shown: Vec<String> = text.split(',').map(without_password).collect();
        shown.join(",")
    }
}

/// `address` with `***` for the password, be it before the host or among the parameters.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let (place, parameters) = match rest.split_once('?') {
        Some((place, parameters)) => (place, Some(parameters)),
        None => (rest, None),
    };
    let place = match place.rsplit_once('@') {
        Some((login, host)) => match login.split_once(':') {
            Some((user, _)) => format!("{user}:***@{host}"),
            None => place.to_owned(),
        },
        None => place.to_owned(),
    };
    let hidden = |parameter: &str| match parameter.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("pass") => format!("{name}=***"),
        _ => parameter.to_owned(),
    };
    match parameters {
        Some(parameters) => {
            let parameters: Vec<String> = parameters.split('&').map(hidden).collect();
            format!("{scheme}://{place}?{}", parameters.join("&"))
        }
        None => format!("{scheme}://{place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (address, shown) in [
            ("postgres://host/db", "postgres://host/db"),
            ("postgres://thali@host/db", "postgres://thali@host/db"),
            (
                "postgres://thali:s:e@c@host/db",
                "postgres://thali:***@host/db",
            ),
            (
                "postgres://host/db?user=thali&password=secret&sslmode=disable",
                "postgres://host/db?user=thali&password=***&sslmode=disable",
            ),
            ("redis://:secret@host:6379/1", "redis://:***@host:6379/1"),
            (
                "unix:///run/redis.sock?pass=secret",
                "unix:///run/redis.sock?pass=***",
            ),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }

    #[test]
    fn each_takes_its_own_schemes() {
        let database = <Option<DatabaseUrl>>::parse;
        assert!(database("postgres://host/db").flatten().is_some());
        assert!(database("sqlite://file.db").flatten().is_some());
        assert_eq!(database(""), Some(None));
        for wrong in ["redis://host", "mysql://host", "postgres://", "host"] {
            assert_eq!(database(wrong), None, "{wrong}");
        }
        assert_eq!(<Option<RedisUrl>>::parse("sqlite://file.db"), None);
    }
}
