//! What a document may be, before anything of it runs.

use crate::config::Config;

use super::shape::Shape;

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
                    .take_while(|byte| **byte != b'\n')
                    .count();
                continue;
            }
            b'"' => at += string_length(&bytes[at..]),
            b'{' | b'[' | b'(' => nested += 1,
            b'}' | b']' | b')' => nested = nested.saturating_sub(1),
            byte if is_word(byte) => {
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| is_word(**byte))
                    .count();
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

/// The length of what follows an opening quote, the closing one included.
fn string_length(rest: &[u8]) -> usize {
    if rest.starts_with(b"\"\"") {
        let block = &rest[2..];
        let end = (0..block.len())
            .find(|at| block[*at..].starts_with(b"\"\"\"") && (*at == 0 || block[at - 1] != b'\\'));
        return 2 + end.map_or(block.len(), |end| end + 3);
    }
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' | b'\n' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

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
    fn brackets_are_not_opened_without_end() {
        let document = "{a".repeat(100_000);
        assert!(
            check_tokens(&document, &Config::defaults())
                .unwrap_err()
                .contains("brackets")
        );
    }
}
