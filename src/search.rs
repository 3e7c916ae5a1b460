//! Search: whole words and their beginnings; where nothing has them, letter triples, which
//! forgive typing errors.

use sea_orm::{DbBackend, sea_query::Expr};

use crate::{
    error::{Error, Result},
    text,
};

/// A question does not get better by more words.
const MOST_WORDS: usize = 8;
/// Nor by more letters: each one is compared with every row that is looked at.
const MOST_CHARS: usize = 200;

/// What was asked, folded, as words.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    words: Vec<String>,
}

impl Search {
    /// The words of `text`; nothing when there are none.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        if text.chars().nth(MOST_CHARS).is_some() {
            return Err(Error::bad_input(format!(
                "`search` has more than {MOST_CHARS} characters, which is the most allowed."
            )));
        }
        let folded = text::fold(text);
        let words = folded
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty());
        let words: Vec<String> = words.take(MOST_WORDS).map(str::to_owned).collect();
        Ok((!words.is_empty()).then_some(Self { words }))
    }

    /// Rows of `table` (dish or hospital) that match.
    pub fn matches(&self, table: &str, backend: DbBackend) -> Expr {
        // The words are letters and digits only: nothing in them means anything to a query.
        match backend {
            DbBackend::Postgres => {
                let words: Vec<_> = self.words.iter().map(|word| format!("{word}:*")).collect();
                let words = words.join(" & ");
                let has_words = format!(
                    "to_tsvector('simple', {table}.search_text) @@ to_tsquery('simple', $1)"
                );
                let sql = format!(
                    "({has_words} OR ($2 <% {table}.search_text AND NOT EXISTS \
                     (SELECT 1 FROM {table} WHERE {has_words})))"
                );
                Expr::cust_with_values(sql, [words, self.words.join(" ")])
            }
            _ => {
                let words: Vec<_> = self
                    .words
                    .iter()
                    .map(|word| format!("\"{word}\"*"))
                    .collect();
                let triples: Vec<_> = self.triples().iter().map(|t| format!("\"{t}\"")).collect();
                let triples = match triples.is_empty() {
                    true => "\"\"".to_owned(),
                    false => triples.join(" OR "),
                };
                let has_words =
                    format!("SELECT rowid FROM {table}_words WHERE {table}_words MATCH ?");
                let sql = format!(
                    "({table}.rownum IN ({has_words}) OR ({table}.rownum IN (SELECT rowid FROM \
                     {table}_triples WHERE {table}_triples MATCH ?) AND NOT EXISTS ({has_words})"
                );
                let words = words.join(" ");
                Expr::cust_with_values(
                    format!("{sql} AND {} * 2 >= json_array_length(?)))", shared(table)),
                    [
                        words.clone(),
                        triples,
                        words,
                        self.triples_json(),
                        self.triples_json(),
                    ],
                )
            }
        }
    }

    /// How far a row of `table` is from what was asked: a whole number, 0 is best. Depends on
    /// the row alone, so that a cursor stays true while rows come and go.
    pub fn distance(&self, table: &str, backend: DbBackend) -> Expr {
        let phrase = self.words.join(" ");
        let (mark, rest) = match backend {
            DbBackend::Postgres => (
                "$1",
                format!("1010 - CAST(word_similarity($1, {table}.search_text) * 1000 AS int)"),
            ),
            _ => (
                "?",
                format!(
                    "1010 - 1000 * {} / max(1, json_array_length(?))",
                    shared(table)
                ),
            ),
        };
        let sql = format!(
            "CASE WHEN {table}.name_key = {mark} THEN 0 \
             WHEN {table}.name_key LIKE {mark} || '%' THEN 1 \
             WHEN {table}.name_key LIKE '% ' || {mark} || '%' THEN 2 ELSE {rest} END"
        );
        let triples = self.triples_json();
        Expr::cust_with_values(
            sql,
            [
                phrase.clone(),
                phrase.clone(),
                phrase,
                triples.clone(),
                triples,
            ],
        )
    }

    fn triples(&self) -> Vec<String> {
        let of_word = |word: &String| {
            let letters: Vec<char> = word.chars().collect();
            letters
                .windows(3)
                .map(|triple| triple.iter().collect())
                .collect::<Vec<String>>()
        };
        self.words.iter().flat_map(of_word).collect()
    }

    fn triples_json(&self) -> String {
        serde_json::Value::from(self.triples()).to_string()
    }
}

/// How many of the letter triples in the parameter a row has (SQLite).
fn shared(table: &str) -> String {
    format!(
        "(SELECT count(*) FROM json_each(?) AS t WHERE instr({table}.search_text, t.value) > 0)"
    )
}
