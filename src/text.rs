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
}
