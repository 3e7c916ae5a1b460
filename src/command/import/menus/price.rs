//! Prices as files state them, in major units, and as we keep them, in minor units.

use entity::vocabulary::Audience;
use serde_json::Value;

use super::json;

/// What the public data calls our audiences.
const AUDIENCES: [(&str, Audience); 3] = [
    ("students", Audience::Patient),
    ("staff", Audience::Staff),
    ("guests", Audience::Visitor),
];

/// No meal costs more; a larger figure is a slip.
const MOST: f64 = 1e9;

/// A price in major units: a base, and so much for each unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    pub audience: Audience,
    base: f64,
    per_unit: f64,
    pub unit: Option<String>,
}

impl Price {
    /// Reads the `prices` of a dish; an audience without a price has none.
    pub fn read_all(dish: &Value) -> Result<Vec<Self>, String> {
        let mut prices = Vec::new();
        let all = dish.get("prices").unwrap_or(&Value::Null);
        if !all.is_object() && !all.is_null() {
            return Err("prices: not an object".to_owned());
        }
        for (name, audience) in AUDIENCES {
            let price = match all.get(name) {
                None | Some(Value::Null) => continue,
                Some(price) => price,
            };
            let amount = |field| match json::optional::<f64>(price, field)? {
                Some(amount) if !(0.0..MOST).contains(&amount) => {
                    Err(format!("{field}: {amount} is not a price"))
                }
                amount => Ok(amount.unwrap_or_default()),
            };
            let read = || {
                Ok(Self {
                    audience,
                    base: amount("base_price")?,
                    per_unit: amount("price_per_unit")?,
                    unit: json::text(price, "unit")?,
                })
            };
            prices.push(read().map_err(|reason: String| format!("prices.{name}.{reason}"))?);
        }
        Ok(prices)
    }

    /// Base and price per unit in minor units of `currency`.
    pub fn minor(&self, currency: &str) -> (i64, i64) {
        let digits = digits(currency);
        (minor(self.base, digits), minor(self.per_unit, digits))
    }
}

/// Decimal places of a currency's minor unit (ISO 4217), which for most is 2.
fn digits(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Rounds half up, by the decimal digits that the file shows: 1.005 is 1.01, though the
/// nearest binary fraction lies below it.
fn minor(amount: f64, digits: usize) -> i64 {
    let shown = amount.to_string();
    let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
    let kept: String = fraction
        .chars()
        .chain(std::iter::repeat('0'))
        .take(digits)
        .collect();
    let half_up = fraction
        .as_bytes()
        .get(digits)
        .is_some_and(|digit| *digit >= b'5');
    let minor: i64 = format!("{whole}{kept}").parse().unwrap_or_default();
    minor + i64::from(half_up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_half_up_as_they_are_written() {
        for (amount, digits, expected) in [
            (0.0, 2, 0),
            (2.0, 2, 200),
            (0.33, 2, 33),
            (1.005, 2, 101),
            (1.004_999, 2, 100),
            (0.1, 2, 10),
            (4.35, 2, 435),
            (12.5, 0, 13),
            (1.2345, 3, 1235),
            (0.000_000_1, 2, 0),
        ] {
            assert_eq!(minor(amount, digits), expected, "{amount}");
        }
    }

    #[test]
    fn a_price_that_is_none_is_refused_with_its_field() {
        let dish = serde_json::json!({"prices": {"students": null, "staff": {"base_price": -1}}});
        assert_eq!(
            Price::read_all(&dish).unwrap_err(),
            "prices.staff.base_price: -1 is not a price"
        );
    }
}
