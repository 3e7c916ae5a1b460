//! What the look-ahead reads from arguments: the sizes of lists, and what is skipped.

use async_graphql::{
    Positioned,
    parser::types::{Directive, Field},
};
use async_graphql_value::{ConstValue, Value};

use super::{LIST_ESTIMATE, PAGE_DEFAULT, Walk};

impl Walk<'_> {
    pub(super) fn page_size(&self, field: &Field) -> u64 {
        let asked = ["first", "last"].into_iter().find_map(|name| {
            match self.value(&field.get_argument(name)?.node)? {
                ConstValue::Number(number) => Some(number.as_u64().unwrap_or(0)),
                _ => None,
            }
        });
        asked.unwrap_or(PAGE_DEFAULT)
    }

    pub(super) fn list_size(&self, field: &Field) -> u64 {
        match field.get_argument("ids").map(|ids| self.value(&ids.node)) {
            Some(Some(ConstValue::List(ids))) => ids.len() as u64,
            _ => LIST_ESTIMATE,
        }
    }

    /// Whether `@skip` and `@include` leave the selection in.
    pub(super) fn included(&mut self, directives: &[Positioned<Directive>]) -> bool {
        self.shape.directives += directives.len();
        directives.iter().all(|directive| {
            let condition = directive.node.get_argument("if");
            let condition = condition.and_then(|value| self.value(&value.node));
            match (directive.node.name.node.as_str(), condition) {
                ("skip", Some(ConstValue::Boolean(skip))) => !skip,
                ("include", Some(ConstValue::Boolean(include))) => include,
                _ => true,
            }
        })
    }

    /// The value of an argument, with its variables filled in.
    fn value(&self, value: &Value) -> Option<ConstValue> {
        value
            .clone()
            .into_const_with(|name| self.variables.get(&name).cloned().ok_or(()))
            .ok()
    }
}
