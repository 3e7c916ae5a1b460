//! Fragments, before anything walks a document: how large it is once they are spread.
//!
//! async-graphql spreads them while it looks how deep a document is, before it validates it and
//! whatever `@skip` says. A short document can spread into more fields than there are atoms.

use std::collections::HashMap;

use async_graphql::{
    Positioned,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::limits::Refused;

/// Selections that an operation may have once its fragments are spread.
const MOST_SELECTIONS: u64 = 20_000;

/// Refuses documents whose operations or fragments grow too large, or have no end.
pub fn check(document: &ExecutableDocument) -> Result<(), Refused> {
    let mut sizes = Sizes {
        document,
        known: HashMap::new(),
    };
    for (_, operation) in document.operations.iter() {
        sizes.selection(&operation.node.selection_set)?;
    }
    for name in document.fragments.keys() {
        sizes.fragment(name)?;
    }
    Ok(())
}

struct Sizes<'a> {
    document: &'a ExecutableDocument,
    /// Nothing for a fragment that is being measured: met again, it spreads itself.
    known: HashMap<&'a str, Option<u64>>,
}

impl<'a> Sizes<'a> {
    fn selection(&mut self, set: &'a Positioned<SelectionSet>) -> Result<u64, Refused> {
        let mut size = 0u64;
        for item in &set.node.items {
            let inside = match &item.node {
                Selection::Field(field) => self.selection(&field.node.selection_set)?,
                Selection::InlineFragment(inline) => self.selection(&inline.node.selection_set)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?
                }
            };
            size = size.saturating_add(inside).saturating_add(1);
        }
        if size > MOST_SELECTIONS {
            return Err("The operation spreads its fragments into too many fields.".to_owned());
        }
        Ok(size)
    }

    /// The size of a fragment; nothing of one that is unknown, which validation refuses.
    fn fragment(&mut self, name: &str) -> Result<u64, Refused> {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(0);
        };
        match self.known.get(name.as_str()) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(format!("The fragment \"{name}\" spreads itself.")),
            None => {}
        }
        self.known.insert(name, None);
        let size = self.selection(&fragment.node.selection_set)?;
        self.known.insert(name, Some(size));
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::check;

    fn checked(document: &str) -> Result<(), String> {
        check(&parse_query(document).unwrap())
    }

    #[test]
    fn a_short_document_may_not_spread_without_end() {
        let chain: String = (1..30)
            .map(|n| {
                format!(
                    "fragment F{n} on Query {{ ...F{0} ...F{0} ...F{0} }} ",
                    n + 1
                )
            })
            .collect();
        let document =
            format!("{{ serverTime ...F1 @skip(if: true) }} {chain} fragment F30 on Query {{ a }}");
        assert!(checked(&document).unwrap_err().contains("too many fields"));
        assert_eq!(
            checked("{ ...A ...A } fragment A on Query { a { b ...B } } fragment B on C { d }"),
            Ok(())
        );
    }

    #[test]
    fn a_fragment_may_not_spread_itself() {
        let cycle = "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { a { ...A } }";
        assert!(checked(cycle).unwrap_err().ends_with("spreads itself."));
    }
}
