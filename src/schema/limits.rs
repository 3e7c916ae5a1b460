//! What a document may be, before anything of it runs.

use crate::config::Config;

use super::shape::Shape;

/// A name that is not known is compared with all that are.
const LONGEST_WORD: usize = 256;

/// Why a document is refused: the caller's message.
pub type Refused = String;

/// Refuses documents that are too long or nested too deeply to be parsed safely. Counts
/// tokens as the GraphQL grammar has them, without building anything.
pub fn check_tokens(document: &str, config: &Config) -> Result<(), Refused> {
    let most_nested = 4 * config.query_depth.max(16);
    let bytes = document.as_bytes();
    let (mut at, mut tokens, mut nested) = (0, 0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => continue,
            b'#' => {
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| !matches!(**byte, b'\n' | b'\r'))
                    .count();
                continue;
            }
            b'"' => {
                // Where a string ends must be beyond doubt: what stands inside is not counted.
                at += string_length(&bytes[at..])
                    .ok_or_else(|| "A string in the document is not closed.".to_owned())?;
            }
            b'{' | b'[' | b'(' => nested += 1,
            b'}' | b']' | b')' => nested = nested.saturating_sub(1),
            byte if is_word(byte) => {
                let length = bytes[at..].iter().take_while(|b| is_word(**b)).count();
                if length >= LONGEST_WORD {
                    return Err(format!(
                        "A name in the document has more than {LONGEST_WORD} characters, which \
                         is the most allowed."
                    ));
                }
                at += length;
            }
            _ => {}
        }
        tokens += 1;
        if tokens > config.query_tokens {
            return Err(format!(
                "The document has more than {} tokens, which is the most allowed.",
                config.query_tokens
            ));
        }
        if nested > most_nested {
            return Err(format!(
                "The document opens more than {most_nested} brackets into each other, which is \
                 the most allowed."
            ));
        }
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.')
}

/// The length of what follows an opening quote, the closing one included; nothing when there is
/// no closing one.
fn string_length(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    if rest.starts_with(b"\"\"") {
        at += 2;
        loop {
            match rest.get(at..)? {
                [b'\\', b'"', b'"', b'"', ..] => at += 4,
                [b'"', b'"', b'"', ..] => return Some(at + 3),
                [_, ..] => at += 1,
                [] => return None,
            }
        }
    }
    loop {
        match rest.get(at..)? {
            [b'"', ..] => return Some(at + 1),
            [] | [b'\n' | b'\r', ..] | [b'\\', b'\n' | b'\r', ..] => return None,
            [b'\\', _, ..] => at += 2,
            [_, ..] => at += 1,
        }
    }
}

/// The fields of an introspection: the one that tools send has about 250.
const MOST_INTROSPECTED: usize = 500;
/// Lists of fields or types inside each other in an introspection: each multiplies the answer by
/// the length of the schema.
const MOST_INTROSPECTED_LISTS: usize = 2;

/// Refuses operations whose shape is beyond the limits. Cost is not checked here.
pub fn check_shape(shape: &Shape, config: &Config) -> Result<(), Refused> {
    if shape.is_endless {
        return Err("The operation spreads its fragments into too many fields.".to_owned());
    }
    for (what, found, most) in [
        ("depth", shape.depth, config.query_depth),
        ("number of aliases", shape.aliases, config.query_aliases),
        (
            "number of directives",
            shape.directives,
            config.query_directives,
        ),
        (
            "number of introspection fields",
            shape.introspected,
            MOST_INTROSPECTED,
        ),
        (
            "nesting of introspection lists",
            shape.introspected_lists,
            MOST_INTROSPECTED_LISTS,
        ),
    ] {
        if found > most {
            return Err(format!(
                "The operation's {what} is {found}; at most {most} is allowed."
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens_at_most(most: usize, document: &str) -> bool {
        let config = Config {
            query_tokens: most,
            ..Config::defaults()
        };
        check_tokens(document, &config).is_ok()
    }

    #[test]
    fn tokens_are_counted_as_the_grammar_has_them() {
        let document =
            "query A($x: Int = -1) { a(s: \"b { \\\" c\", t: \"\"\"d \" e\"\"\") # f { g\n ...H }";
        // query A ( $ x : Int = -1 ) { a ( s : "…" t : "…" ) ...H }
        assert!(tokens_at_most(22, document));
        assert!(!tokens_at_most(21, document));
    }

    #[test]
    fn nothing_hides_in_comments_or_strings() {
        for document in [
            "{ # \r a a a a a a }",
            "{ a(s: [\"\"\" \" [ [ [ [",
            "{ a(s: \"",
            "{ a(s: \"\\",
            "{ a(s: \"\n a a a a a a\")}",
            "{ a(s: \"\r a a a a a a\")}",
            "{ a(s: \"\\\n a a a a a a\")}",
            r#"{ a(s: """ \""""" a a a a a") a a a a a a }"#,
        ] {
            assert!(!tokens_at_most(7, document), "{document:?}");
        }
        // { a ( s : "…" ) }
        for document in [
            r#"{ a(s: """ \""" a a a a a """) }"#,
            r#"{ a(s: """ \\\"""" a a a " a a """) }"#,
            r#"{ a(s: "\\\" a a a { { { ") }"#,
        ] {
            assert!(tokens_at_most(8, document), "{document:?}");
        }
    }

    #[test]
    fn brackets_are_not_opened_without_end() {
        let document = "{a".repeat(100_000);
        assert!(
            check_tokens(&document, &Config::defaults())
                .unwrap_err()
                .contains("brackets")
        );
    }
}
