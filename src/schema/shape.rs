//! The look-ahead: what an operation selects and costs, known before it runs.
//!
//! Works on documents that were not validated yet: what it does not know it passes over, and
//! validation refuses it later.

use std::sync::Arc;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet,
    },
};

mod arguments;

use super::{
    public,
    types::{FieldInfo, TypeId, Types},
};
use crate::graph::read::Selects;

/// How many objects a list that is not a page is taken to have.
const LIST_ESTIMATE: u64 = 5;
/// How many a page has when its size is not said.
const PAGE_DEFAULT: u64 = 20;
/// Fragments can be spread into each other so that a short document has no end of fields.
const MOST_VISITS: usize = 20_000;
/// How many selections may be open in each other, those of fragments included.
const MOST_NESTED: usize = 100;

/// What an operation selects.
#[derive(Debug)]
pub struct Shape {
    types: Arc<Types>,
    /// For each type the set of its fields that are selected anywhere.
    selected: Vec<u128>,
    /// The fields of the root in the order of the answer: (response key, may it be null).
    pub root: Vec<(Name, bool)>,
    pub depth: usize,
    pub aliases: usize,
    pub directives: usize,
    /// Fields that ask about the schema itself.
    pub introspected: usize,
    /// How many of their lists stand in each other.
    pub introspected_lists: usize,
    /// Objects that the operation can lead to at most, by its page sizes. An object of which
    /// more fields are asked than its type has costs one more for each.
    pub cost: u64,
    /// Whether the look-ahead gave up: the document spreads into too many fields, in this
    /// operation or in another one, which is validated all the same.
    pub is_endless: bool,
    /// For how many seconds a copy of the answer may be shown to anybody, which is the least of
    /// all its fields; nothing where one of them is not public.
    pub max_age: Option<u32>,
}

impl Selects for Shape {
    fn selects(&self, type_name: &str, field: &str) -> bool {
        let Some(id) = self.types.id(type_name) else {
            return true;
        };
        let field = self.types.get(id).field(field);
        field.is_none_or(|field| self.selected[id] & (1 << field.index) != 0)
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    shape: Shape,
    visits: usize,
    /// The fragments that are open, so that a cycle ends.
    open: Vec<&'a str>,
    /// Selections that are open, and lists of an introspection.
    nested: usize,
    in_introspection: bool,
    lists: usize,
    /// The leaves of the object that is visited.
    leaves: u64,
}

impl Shape {
    pub fn of(
        types: &Arc<Types>,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Self {
        let mut walk = Walk {
            document,
            variables,
            shape: Self::empty(types),
            visits: 0,
            open: Vec::new(),
            nested: 0,
            in_introspection: false,
            lists: 0,
            leaves: 0,
        };
        for (_, other) in document.operations.iter() {
            if !std::ptr::eq(&other.node, operation) {
                walk.visit(&other.node);
            }
        }
        let is_endless = walk.shape.is_endless;
        walk.shape = Self {
            is_endless,
            ..Self::empty(types)
        };
        walk.shape.cost = walk.visit(operation);
        walk.shape
    }

    fn empty(types: &Arc<Types>) -> Self {
        Self {
            types: types.clone(),
            selected: vec![0; types.len()],
            root: Vec::new(),
            depth: 0,
            aliases: 0,
            directives: 0,
            introspected: 0,
            introspected_lists: 0,
            cost: 0,
            is_endless: false,
            max_age: Some(public::LONGEST),
        }
    }
}

impl<'a> Walk<'a> {
    fn visit(&mut self, operation: &'a OperationDefinition) -> u64 {
        self.shape.directives += operation.directives.len();
        if operation.ty != OperationType::Query {
            self.shape.max_age = None;
        }
        let root = self.shape.types.id(match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        });
        self.selection(&operation.selection_set, root, 1, None)
    }

    /// Visits a selection on objects of type `on` and returns what it costs for one of them.
    /// `page` is the size of the page, where `on` is a connection.
    fn selection(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        on: Option<TypeId>,
        depth: usize,
        page: Option<u64>,
    ) -> u64 {
        self.nested += 1;
        let cost = self.items(set, on, depth, page);
        self.nested -= 1;
        cost
    }

    fn items(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        on: Option<TypeId>,
        depth: usize,
        page: Option<u64>,
    ) -> u64 {
        let mut cost = 0u64;
        for item in &set.node.items {
            self.visits += 1;
            if self.visits > MOST_VISITS || self.nested > MOST_NESTED {
                self.shape.is_endless = true;
            }
            if self.shape.is_endless {
                return cost;
            }
            cost = cost.saturating_add(match &item.node {
                Selection::Field(field) => self.field(&field.node, on, depth, page),
                Selection::InlineFragment(fragment) => {
                    if !self.included(&fragment.node.directives) {
                        continue;
                    }
                    let condition = fragment.node.type_condition.as_ref();
                    let on = match condition {
                        Some(condition) => self.shape.types.id(&condition.node.on.node),
                        None => on,
                    };
                    self.selection(&fragment.node.selection_set, on, depth, page)
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let fragment: Option<&Positioned<FragmentDefinition>> =
                        self.document.fragments.get(name);
                    let Some(fragment) = fragment.filter(|_| !self.open.contains(&name)) else {
                        continue;
                    };
                    if !self.included(&spread.node.directives) {
                        continue;
                    }
                    let on = self
                        .shape
                        .types
                        .id(&fragment.node.type_condition.node.on.node);
                    self.open.push(name);
                    let cost = self.selection(&fragment.node.selection_set, on, depth, page);
                    self.open.pop();
                    cost
                }
            });
        }
        cost
    }

    fn field(
        &mut self,
        field: &'a Field,
        on: Option<TypeId>,
        depth: usize,
        page: Option<u64>,
    ) -> u64 {
        self.shape.aliases += usize::from(field.alias.is_some());
        self.shape.depth = self.shape.depth.max(depth);
        if !self.included(&field.directives) {
            return 0;
        }
        let name = field.name.node.as_str();
        let types = self.shape.types.clone();
        let info = on.and_then(|id| types.get(id).field(name));
        if depth == 1 {
            let key = &field.response_key().node;
            if !self.shape.root.iter().any(|(known, _)| known == key) {
                let is_nullable = info.is_some_and(|info| info.is_nullable);
                self.shape.root.push((key.clone(), is_nullable));
            }
        }
        let Some((on, info)) = on.zip(info) else {
            // Introspection, or what validation will refuse.
            return self.introspected(field, depth);
        };
        self.mark(on, name, info);
        let Some(target) = info.target else {
            self.leaves += 1;
            return 0;
        };
        let size = types
            .get(target)
            .is_connection
            .then(|| self.page_size(field));
        let outside = std::mem::take(&mut self.leaves);
        let inside = self.selection(&field.selection_set, Some(target), depth + 1, size);
        let leaves = std::mem::replace(&mut self.leaves, outside);
        let repeated = leaves.saturating_sub(types.get(target).len());
        let many = match (page, info.is_list) {
            (Some(size), true) => size,
            (None, true) => self.list_size(field),
            (_, false) => 1,
        };
        many.saturating_mul(inside.saturating_add(1 + repeated))
    }

    fn introspected(&mut self, field: &'a Field, depth: usize) -> u64 {
        if field.name.node == "__typename" {
            self.leaves += 1;
            return 0;
        }
        self.shape.max_age = None;
        let name = field.name.node.as_str();
        if depth == 1 && matches!(name, "__schema" | "__type") {
            self.in_introspection = true;
            let cost = self.selection(&field.selection_set, None, depth + 1, None);
            self.in_introspection = false;
            return cost;
        }
        self.shape.introspected += usize::from(self.in_introspection);
        let is_list = self.in_introspection
            && matches!(
                name,
                "fields" | "inputFields" | "interfaces" | "possibleTypes"
            );
        self.lists += usize::from(is_list);
        self.shape.introspected_lists = self.shape.introspected_lists.max(self.lists);
        let cost = self.selection(&field.selection_set, None, depth + 1, None);
        self.lists -= usize::from(is_list);
        cost
    }

    fn mark(&mut self, on: TypeId, name: &str, info: FieldInfo) {
        self.shape.selected[on] |= 1 << info.index;
        self.bound_age(info);
        let types = self.shape.types.clone();
        for object in &types.get(on).implementers {
            if let Some(info) = types.get(*object).field(name) {
                self.shape.selected[*object] |= 1 << info.index;
                self.bound_age(info);
            }
        }
    }

    /// The strictest field decides for the whole answer.
    fn bound_age(&mut self, field: FieldInfo) {
        let ages = self.shape.max_age.zip(field.max_age);
        self.shape.max_age = ages.map(|(one, other)| one.min(other));
    }
}

#[cfg(test)]
mod tests;
