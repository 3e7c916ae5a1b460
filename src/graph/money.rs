//! Money: a whole number of minor units of a currency. No floating point anywhere.

use async_graphql::Object;

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: String,
}

/// ISO 4217 currencies whose minor unit is not a hundredth: (code, digits).
const DIGITS: [(&str, u32); 16] = [
    ("BHD", 3),
    ("CLP", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("XAF", 0),
    ("XOF", 0),
];

/// How many decimal digits the minor unit of a currency has (ISO 4217).
pub fn digits(currency: &str) -> u32 {
    DIGITS
        .iter()
        .find(|(code, _)| *code == currency)
        .map_or(2, |(_, digits)| *digits)
}

/// An amount of money.
#[Object]
impl Money {
    /// The amount in minor units of the currency: 420 is 4.20 in GBP and 420 in JPY.
    async fn amount_minor(&self) -> i64 {
        self.amount_minor
    }

    /// The currency, as an ISO 4217 code such as GBP.
    async fn currency(&self) -> &str {
        &self.currency
    }

    /// The amount as people of a locale write it. English and German conventions are known;
    /// other locales are written as in English.
    async fn formatted(
        &self,
        #[graphql(
            desc = "A BCP 47 language tag, such as en-GB or de-DE.",
            default = "en-GB"
        )]
        locale: String,
    ) -> String {
        format(self.amount_minor, &self.currency, &locale)
    }
}

fn format(amount_minor: i64, currency: &str, locale: &str) -> String {
    let digits = digits(currency);
    let unit = 10u64.pow(digits);
    let (whole, part) = (
        amount_minor.unsigned_abs() / unit,
        amount_minor.unsigned_abs() % unit,
    );
    let german = locale.split('-').next() == Some("de");
    let (group, point) = if german { ('.', ',') } else { (',', '.') };
    let mut number = String::new();
    let text = whole.to_string();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index) % 3 == 0 {
            number.push(group);
        }
        number.push(digit);
    }
    if digits > 0 {
        number.push(point);
        number.push_str(&format!("{part:0width$}", width = digits as usize));
    }
    let sign = if amount_minor < 0 { "-" } else { "" };
    let symbol = match currency {
        "GBP" => "£",
        "EUR" => "€",
        "USD" => "$",
        "INR" => "₹",
        "JPY" => "¥",
        other => other,
    };
    match (german, symbol == currency) {
        (true, _) => format!("{sign}{number}\u{a0}{symbol}"),
        (false, true) => format!("{sign}{symbol}\u{a0}{number}"),
        (false, false) => format!("{sign}{symbol}{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn amounts_are_written_as_people_of_the_locale_do() {
        assert_eq!(format(420, "GBP", "en-GB"), "£4.20");
        assert_eq!(format(123_456_789, "EUR", "de-DE"), "1.234.567,89\u{a0}€");
        assert_eq!(format(-5, "EUR", "en"), "-€0.05");
        assert_eq!(format(1_500, "JPY", "ja-JP"), "¥1,500");
        assert_eq!(format(1_500, "KWD", "en"), "KWD\u{a0}1.500");
    }
}
