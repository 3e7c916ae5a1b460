//! The schema as a client sees it, read from its own definition, and which of its fields are
//! edges: fields that cost a statement.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{
    Variables,
    parser::{
        parse_schema,
        types::{
            BaseType, Directive, ExecutableDocument, Field, OperationDefinition, Selection,
            SelectionSet, Type, TypeKind, TypeSystemDefinition,
        },
    },
};
use async_graphql_value::{ConstValue, Value};
use thali::graph::GlobalId;

/// Fields that lead to an object which its parent already holds.
const PLAIN: [&str; 23] = [
    "Hospital.location",
    "Kitchen.location",
    "Dish.texture",
    "Dish.nutrition",
    "Dish.photo",
    "Cart.lines",
    "Cart.total",
    "CartLine.lineTotal",
    "CartLine.unitPrice",
    "Order.total",
    "OrderFigures.totals",
    "OrderLine.lineTotal",
    "OrderLine.unitPrice",
    "MealCheck.problems",
    "Patient.nilByMouth",
    "ProductionSheet.rows",
    "WeightPrice.base",
    "WeightPrice.perUnit",
    "Connection.edges",
    "Connection.nodes",
    "Connection.pageInfo",
    "Edge.node",
    "Viewer.account",
];

/// Fields that cost a statement though they lead to no object.
const COUNTED: [&str; 4] = [
    "Connection.totalCount",
    "Menu.acceptsOrdersUntil",
    "Menu.lateTrayUntil",
    "MenuItem.priceVersion",
];

#[derive(Clone, Debug)]
pub struct FieldType {
    /// The type with fields that it leads to.
    pub target: Option<String>,
    pub has_arguments: bool,
}

/// All types that have fields.
pub struct Sdl {
    pub types: BTreeMap<String, BTreeMap<String, FieldType>>,
}

/// Whether queries show objects of this type. Those of mutations are shown in `docs/writes.md`.
pub fn is_read(name: &str) -> bool {
    // A ward order is only told in a payload.
    !["Mutation", "WardOrder"].contains(&name) && !name.ends_with("Payload")
}

impl Sdl {
    pub fn read() -> Self {
        let document = parse_schema(thali::schema::sdl()).unwrap();
        let mut fields_of = BTreeMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            fields_of.insert(definition.node.name.node.to_string(), fields);
        }
        let names: BTreeSet<String> = fields_of.keys().cloned().collect();
        let field_type = |ty: &Type, has_arguments| FieldType {
            target: names.get(base(ty)).cloned(),
            has_arguments,
        };
        let types = fields_of.into_iter().map(|(name, fields)| {
            let fields = fields.iter().map(|field| {
                let field = &field.node;
                let ty = field_type(&field.ty.node, !field.arguments.is_empty());
                (field.name.node.to_string(), ty)
            });
            (name, fields.collect())
        });
        Self {
            types: types.collect(),
        }
    }

    pub fn field(&self, on: &str, name: &str) -> Option<&FieldType> {
        self.types.get(on)?.get(name)
    }

    /// Whether the field costs a statement.
    pub fn is_edge(&self, on: &str, name: &str) -> bool {
        let path = path(on, name);
        let leads = self
            .field(on, name)
            .is_some_and(|field| field.target.is_some());
        COUNTED.contains(&path.as_str()) || (leads && !PLAIN.contains(&path.as_str()))
    }

    /// The fields that an operation visits: (response path with type conditions, field).
    /// Fields that are merged in the answer are one.
    pub fn visits(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> BTreeMap<String, Visit> {
        let mut walk = Walk {
            sdl: self,
            document,
            operation,
            variables,
            visits: BTreeMap::new(),
        };
        walk.selection(&operation.selection_set.node, "Query", "");
        walk.visits
    }

    /// At how many positions an operation follows an edge: the most statements that it may
    /// cost. `nodes` follows an edge for each kind of object that it is asked for.
    pub fn edges(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> usize {
        let visits = self.visits(document, operation, variables);
        let edges = visits.values().filter(|visit| visit.is_edge);
        edges.map(|visit| visit.kinds).sum()
    }
}

/// `Type.field`; the connections of all types count as one type.
pub fn path(on: &str, name: &str) -> String {
    let on = match on {
        _ if on.ends_with("Connection") => "Connection",
        _ if on.ends_with("Edge") => "Edge",
        on => on,
    };
    format!("{on}.{name}")
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}

/// A field of an operation.
pub struct Visit {
    /// `Type.field`
    pub path: String,
    pub is_edge: bool,
    /// How many kinds of objects it is asked for.
    kinds: usize,
}

struct Walk<'a> {
    sdl: &'a Sdl,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    visits: BTreeMap<String, Visit>,
}

impl Walk<'_> {
    fn selection(&mut self, set: &SelectionSet, on: &str, above: &str) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(&field.node, on, above),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |on| on.node.on.node.as_str());
                    if self.is_in(&fragment.node.directives) {
                        self.selection(&fragment.node.selection_set.node, on, above);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.document.fragments[&spread.node.fragment_name.node];
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    if self.is_in(&spread.node.directives) {
                        self.selection(&fragment.node.selection_set.node, on, above);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &Field, on: &str, above: &str) {
        let name = field.name.node.as_str();
        if name.starts_with("__") || !self.is_in(&field.directives) {
            return;
        }
        let place = format!("{above}/{on}.{}", field.response_key().node);
        let visit = Visit {
            path: path(on, name),
            is_edge: self.sdl.is_edge(on, name),
            kinds: self.kinds(field),
        };
        self.visits.insert(place.clone(), visit);
        let sdl = self.sdl;
        if let Some(target) = &sdl.field(on, name).unwrap().target {
            self.selection(&field.selection_set.node, target, &place);
        }
    }

    fn kinds(&self, field: &Field) -> usize {
        let Some(ids) = field.get_argument("ids") else {
            return 1;
        };
        let Some(ConstValue::List(ids)) = self.value(&ids.node) else {
            return 0;
        };
        let kinds = ids.iter().filter_map(|id| match id {
            ConstValue::String(id) => Some(GlobalId::parse(id)?.kind as u8),
            _ => None,
        });
        kinds.collect::<BTreeSet<u8>>().len()
    }

    fn is_in(&self, directives: &[async_graphql::Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let condition = directive.node.get_argument("if").unwrap();
            let is_true = self.value(&condition.node) == Some(ConstValue::Boolean(true));
            (directive.node.name.node == "include") == is_true
        })
    }

    fn value(&self, value: &Value) -> Option<ConstValue> {
        let filled = value.clone().into_const_with(|name| {
            let given = self.variables.get(&name).cloned();
            let definitions = self.operation.variable_definitions.iter();
            let mut definitions = definitions.filter(|def| def.node.name.node == name);
            given
                .or_else(|| definitions.next()?.node.default_value().cloned())
                .ok_or(())
        });
        filled.ok()
    }
}
