//! Text as people type it, brought to one form.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text without stray white space: trimmed, every run of it a single space.
pub fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form by which names are sorted, recognised again and searched: tidy, lower case,
/// without diacritics ("Käsespätzle" and "kasespatzle" are one; "ß" is "ss").
pub fn fold(text: &str) -> String {
    let lower = tidy(text).to_lowercase().replace('ß', "ss");
    lower.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// The words of a text as they are searched: folded, of letters and digits only, with single
/// spaces between them. An apostrophe does not part a word ("St Mary's" is "st marys").
pub fn words(text: &str) -> String {
    let folded = fold(&text.replace(['\'', '’'], ""));
    let words = folded.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_white_space_goes() {
        assert_eq!(tidy("\n      Farmer's\u{a0} stew "), "Farmer's stew");
    }

    #[test]
    fn letters_with_and_without_diacritics_are_one() {
        assert_eq!(fold("Süße Crème  brûlée"), "susse creme brulee");
    }

    #[test]
    fn words_are_letters_and_digits() {
        let text = " Mac/cheese (half-fat), 100g; St Mary’s & Élan!";
        assert_eq!(words(text), "mac cheese half fat 100g st marys elan");
    }
}
