//! The types of the schema as the look-ahead needs them, read once from its own definition.

use std::collections::HashMap;

use anyhow::Context;
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, Type, TypeKind, TypeSystemDefinition},
};

use super::public;

/// All types that have fields.
#[derive(Debug)]
pub struct Types {
    list: Vec<TypeInfo>,
    by_name: HashMap<String, TypeId>,
}

pub type TypeId = usize;

#[derive(Debug)]
pub struct TypeInfo {
    fields: HashMap<String, FieldInfo>,
    /// For an interface, the objects that implement it.
    pub implementers: Vec<TypeId>,
    /// Whether it is a page of a list.
    pub is_connection: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The place of the field in its type, below 128.
    pub index: u8,
    /// The type with fields that it leads to; nothing for a leaf.
    pub target: Option<TypeId>,
    pub is_list: bool,
    pub is_nullable: bool,
    /// For how many seconds a copy may be shown to anybody; nothing where it is not public.
    pub max_age: Option<u32>,
}

impl Types {
    pub fn read(sdl: &str) -> anyhow::Result<Self> {
        let document = parse_schema(sdl).context("the schema's own definition")?;
        let mut by_name = HashMap::new();
        let mut definitions = Vec::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let (fields, implements) = match definition.node.kind {
                TypeKind::Object(object) => (object.fields, object.implements),
                TypeKind::Interface(interface) => (interface.fields, interface.implements),
                _ => continue,
            };
            let name = definition.node.name.node.to_string();
            by_name.insert(name.clone(), definitions.len());
            definitions.push((name, fields, implements));
        }
        let mut list: Vec<TypeInfo> = Vec::with_capacity(definitions.len());
        for (name, fields, _) in &definitions {
            anyhow::ensure!(
                fields.len() < 128,
                "{name} has more fields than the look-ahead knows"
            );
            let fields = fields.iter().enumerate().map(|(index, field)| {
                let ty = &field.node.ty.node;
                let info = FieldInfo {
                    index: index as u8,
                    target: by_name.get(base(ty)).copied(),
                    is_list: matches!(ty.base, BaseType::List(_)),
                    is_nullable: ty.nullable,
                    max_age: public::max_age(name, &field.node.name.node),
                };
                (field.node.name.node.to_string(), info)
            });
            list.push(TypeInfo {
                fields: fields.collect(),
                implementers: Vec::new(),
                is_connection: name.ends_with("Connection"),
            });
        }
        for (id, (_, _, implements)) in definitions.iter().enumerate() {
            for interface in implements {
                if let Some(interface) = by_name.get(interface.node.as_str()) {
                    list[*interface].implementers.push(id);
                }
            }
        }
        Ok(Self { list, by_name })
    }

    pub fn id(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn get(&self, id: TypeId) -> &TypeInfo {
        &self.list[id]
    }
}

impl TypeInfo {
    /// How many fields it has, `__typename` included.
    pub fn len(&self) -> u64 {
        self.fields.len() as u64 + 1
    }

    pub fn field(&self, name: &str) -> Option<FieldInfo> {
        self.fields.get(name).copied()
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}
