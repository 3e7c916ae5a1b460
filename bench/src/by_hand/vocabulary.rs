//! The names of the numbers that are stored.

pub fn meal(value: i16) -> &'static str {
    match value {
        1 => "BREAKFAST",
        2 => "LUNCH",
        _ => "DINNER",
    }
}

pub fn presence(value: i16) -> &'static str {
    match value {
        1 => "CONTAINS",
        _ => "MAY_CONTAIN",
    }
}

pub fn allergen(value: i16) -> &'static str {
    match value {
        100 => "GLUTEN",
        200 => "CRUSTACEANS",
        300 => "EGGS",
        400 => "FISH",
        500 => "PEANUTS",
        600 => "SOYBEANS",
        700 => "MILK",
        800 => "NUTS",
        900 => "CELERY",
        1000 => "MUSTARD",
        1100 => "SESAME",
        1200 => "SULPHITES",
        1300 => "LUPIN",
        _ => "MOLLUSCS",
    }
}
