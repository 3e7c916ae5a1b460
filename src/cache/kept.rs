//! How values look where other processes read them.

use std::{fmt::Write, sync::OnceLock};

use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable};
use serde::{Serialize, de::DeserializeOwned};

/// A value that can be kept: in memory as it is, in Redis as compact bytes.
pub trait Kept: Clone + Send + Sync + Serialize + DeserializeOwned + 'static {
    fn encode(&self) -> Option<Vec<u8>> {
        postcard::to_allocvec(self)
            .inspect_err(|error| tracing::error!(%error, "a value cannot be encoded"))
            .ok()
    }

    /// None for bytes that are no whole value of this type.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
        rest.is_empty().then_some(value)
    }
}

impl<V: Clone + Send + Sync + Serialize + DeserializeOwned + 'static> Kept for V {}

/// Whether these bytes say that there is nothing: no row, an empty list, the number 0.
pub fn is_nothing(bytes: &[u8]) -> bool {
    bytes == [0]
}

/// The version of all encodings. The bytes do not say what they are of, so it follows from the
/// program and from every column: a process that would read others looks elsewhere, and misses.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut layout = env!("CARGO_PKG_VERSION").to_owned();
        describe::<entity::hospital::Entity>(&mut layout);
        describe::<entity::ward::Entity>(&mut layout);
        describe::<entity::meal_window::Entity>(&mut layout);
        describe::<entity::delivery_slot::Entity>(&mut layout);
        describe::<entity::kitchen::Entity>(&mut layout);
        describe::<entity::kitchen_hours::Entity>(&mut layout);
        describe::<entity::dish::Entity>(&mut layout);
        describe::<entity::dish_allergen::Entity>(&mut layout);
        describe::<entity::menu::Entity>(&mut layout);
        describe::<entity::menu_section::Entity>(&mut layout);
        describe::<entity::menu_item::Entity>(&mut layout);
        // FNV-1a: the same in every process.
        let hash = layout
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        format!("{hash:016x}")
    })
}

fn describe<E: EntityTrait>(layout: &mut String) {
    for column in E::Column::iter() {
        let definition = column.def();
        // Writing to a text cannot fail.
        let _ = write!(
            layout,
            "{}.{} {:?};",
            E::default().table_name(),
            column.as_str(),
            definition.get_column_type()
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn bytes_of_something_else_are_no_value() {
        let list: Arc<[(u64, String)]> = [(7, "seven".to_owned())].into();
        let bytes = list.encode().unwrap();
        assert_eq!(Kept::decode(&bytes), Some(list));
        assert_eq!(Option::<String>::decode(&bytes), None);
        assert_eq!(<Arc<[(u64, String)]>>::decode(&bytes[..3]), None);
        assert_eq!(<Arc<[(u64, String)]>>::decode(b""), None);
    }

    #[test]
    fn nothing_is_one_zero() {
        assert!(is_nothing(&Option::<String>::None.encode().unwrap()));
        assert!(is_nothing(&<Arc<[String]>>::default().encode().unwrap()));
        assert!(!is_nothing(&Some(String::new()).encode().unwrap()));
    }

    #[test]
    fn the_version_follows_from_every_column() {
        let mut layout = String::new();
        describe::<entity::ward::Entity>(&mut layout);
        assert!(layout.contains("ward.beds Integer;"), "{layout}");
        assert_eq!(version().len(), 16);
    }
}
