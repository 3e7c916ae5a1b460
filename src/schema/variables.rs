//! Variables that were not given: refused where one is needed, taken out where none is.
//!
//! async-graphql would notice the first only in the fields that use them, when others have run,
//! and would take the second for null.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Value as ConstValue, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection,
        SelectionSet,
    },
};
use async_graphql_value::Value;

/// The variables of `operation` that have neither value nor default, none of which it needs.
pub fn unset(operation: &OperationDefinition, given: &Variables) -> Result<HashSet<Name>, String> {
    let mut unset = HashSet::new();
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let name = &definition.name.node;
        let value = given
            .get(name)
            .or(definition.default_value.as_ref().map(|d| &d.node));
        let ty = &definition.var_type.node;
        match value {
            Some(value) if *value != ConstValue::Null || ty.nullable => {}
            None if ty.nullable => {
                unset.insert(name.clone());
            }
            _ => return Err(format!("The variable \"${name}\" of type {ty} is missing.")),
        }
    }
    Ok(unset)
}

/// Takes out of the document what stands for variables that are `unset`: an argument or an input
/// field whose variable was not given is as if it were not written, so that its default applies
/// (GraphQL, 6.4.1).
pub fn take_out(document: &mut ExecutableDocument, unset: &HashSet<Name>) {
    let mut cut = Cut {
        unset,
        used: HashSet::new(),
    };
    for fragment in document.fragments.values_mut() {
        cut.selection(&mut fragment.node.selection_set);
    }
    let operations: Vec<&mut Positioned<OperationDefinition>> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        cut.selection(&mut operation.node.selection_set);
        let used = &cut.used;
        let definitions = &mut operation.node.variable_definitions;
        // One that is not used at all stays: validation is to complain of it.
        definitions.retain(|definition| !used.contains(&definition.node.name.node));
    }
}

struct Cut<'a> {
    unset: &'a HashSet<Name>,
    used: HashSet<Name>,
}

impl Cut<'_> {
    fn selection(&mut self, set: &mut Positioned<SelectionSet>) {
        for item in &mut set.node.items {
            match &mut item.node {
                Selection::Field(field) => {
                    let field = &mut field.node;
                    field
                        .arguments
                        .retain_mut(|(_, value)| self.stays(&mut value.node));
                    self.directives(&mut field.directives);
                    self.selection(&mut field.selection_set);
                }
                Selection::FragmentSpread(spread) => self.directives(&mut spread.node.directives),
                Selection::InlineFragment(fragment) => {
                    self.directives(&mut fragment.node.directives);
                    self.selection(&mut fragment.node.selection_set);
                }
            }
        }
    }

    fn directives(&mut self, directives: &mut [Positioned<Directive>]) {
        for directive in directives {
            let arguments = &mut directive.node.arguments;
            arguments.retain_mut(|(_, value)| self.stays(&mut value.node));
        }
    }

    /// Whether a value is there, parts of it being taken out.
    fn stays(&mut self, value: &mut Value) -> bool {
        match value {
            Value::Variable(name) if self.unset.contains(name) => {
                self.used.insert(name.clone());
                return false;
            }
            Value::Object(fields) => fields.retain(|_, value| self.stays(value)),
            Value::List(values) => {
                for value in values {
                    if !self.stays(value) {
                        *value = Value::Null;
                    }
                }
            }
            _ => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn cut(query: &str, given: serde_json::Value) -> Result<String, String> {
        let mut document = parse_query(query).unwrap();
        let operation = document.operations.iter().next().unwrap().1;
        let unset = unset(&operation.node, &Variables::from_json(given))?;
        take_out(&mut document, &unset);
        let operation = document.operations.iter().next().unwrap().1.node.clone();
        let Selection::Field(field) = &operation.selection_set.node.items[0].node else {
            panic!("a field");
        };
        let arguments = field.node.arguments.iter();
        let arguments = arguments.map(|(name, value)| format!("{}: {}", name.node, value.node));
        let left = operation.variable_definitions.len();
        Ok(format!(
            "{left} ({})",
            arguments.collect::<Vec<_>>().join(", ")
        ))
    }

    #[test]
    fn what_was_not_given_is_not_written() {
        let query =
            "query($a: Int, $b: Int = 7) { f(a: $a, b: $b, o: { a: $a, c: 1 }, l: [$a, 2]) }";
        let none = cut(query, serde_json::json!({}));
        assert_eq!(none.unwrap(), "1 (b: $b, o: {c: 1}, l: [null, 2])");
        let null = cut(query, serde_json::json!({ "a": null }));
        assert_eq!(
            null.unwrap(),
            "2 (a: $a, b: $b, o: {a: $a, c: 1}, l: [$a, 2])"
        );
    }

    #[test]
    fn what_is_needed_must_be_given() {
        let missing = Err("The variable \"$a\" of type Int! is missing.".to_owned());
        let query = "query($a: Int!) { f(a: $a) }";
        assert_eq!(cut(query, serde_json::json!({})), missing);
        assert_eq!(cut(query, serde_json::json!({ "a": null })), missing);
        assert_eq!(
            cut(query, serde_json::json!({ "a": 0 })).unwrap(),
            "1 (a: $a)"
        );
        let defaulted = "query($a: Int! = 1) { f(a: $a) }";
        assert_eq!(cut(defaulted, serde_json::json!({})).unwrap(), "1 (a: $a)");
        assert_eq!(cut(defaulted, serde_json::json!({ "a": null })), missing);
    }

    #[test]
    fn what_is_never_used_stays_for_validation() {
        let query = "query($a: Int, $b: Int) { f(a: $a) }";
        assert_eq!(cut(query, serde_json::json!({})).unwrap(), "1 ()");
    }
}
