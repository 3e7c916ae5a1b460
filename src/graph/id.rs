//! Global ids: opaque outside, typed inside.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::error::{Error, Result};

/// What an id can identify, with the letter that it carries. Letters are never given anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Hospital = b'H' as isize,
    Ward = b'W' as isize,
    Kitchen = b'K' as isize,
    Dish = b'D' as isize,
    Menu = b'M' as isize,
    MenuSection = b'S' as isize,
    MenuItem = b'I' as isize,
    Account = b'A' as isize,
    Membership = b'R' as isize,
    Order = b'O' as isize,
    Patient = b'P' as isize,
    Hold = b'L' as isize,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::Hospital,
        Self::Ward,
        Self::Kitchen,
        Self::Dish,
        Self::Menu,
        Self::MenuSection,
        Self::MenuItem,
        Self::Account,
        Self::Membership,
        Self::Order,
        Self::Patient,
        Self::Hold,
    ];

    /// The global id of the row `id` of this kind.
    pub fn id(self, id: Uuid) -> async_graphql::ID {
        let mut bytes = [0; 17];
        bytes[0] = self as u8;
        bytes[1..].copy_from_slice(id.as_bytes());
        async_graphql::ID(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads an id that must be of this kind.
    pub fn read(self, id: &str) -> Result<Uuid> {
        match GlobalId::parse(id) {
            Some(global) if global.kind == self => Ok(global.uuid),
            Some(global) => Err(Error::bad_input(format!(
                "\"{id}\" is the id of a {:?}; the id of a {self:?} is expected.",
                global.kind
            ))),
            None => Err(Error::bad_input(format!(
                "\"{id}\" is not an id; use the `id` of a {self:?} as the API gave it."
            ))),
        }
    }
}

/// An id that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalId {
    pub kind: Kind,
    pub uuid: Uuid,
}

impl GlobalId {
    pub fn parse(id: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let (letter, uuid) = bytes.split_first()?;
        let kind = Kind::ALL.into_iter().find(|kind| *kind as u8 == *letter)?;
        Some(Self {
            kind,
            uuid: Uuid::from_slice(uuid).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_as_it_went() {
        let uuid = Uuid::from_u128(7);
        for kind in Kind::ALL {
            let id = kind.id(uuid);
            assert_eq!(GlobalId::parse(&id), Some(GlobalId { kind, uuid }));
            assert_eq!(kind.read(&id).unwrap(), uuid);
        }
    }

    #[test]
    fn an_id_of_another_kind_is_named() {
        let dish = Kind::Dish.id(Uuid::from_u128(7));
        let error = Kind::Menu.read(&dish).unwrap_err();
        assert!(
            error
                .message()
                .ends_with("is the id of a Dish; the id of a Menu is expected.")
        );
        assert!(
            Kind::Menu
                .read("7")
                .unwrap_err()
                .message()
                .starts_with("\"7\" is not an id")
        );
    }
}
