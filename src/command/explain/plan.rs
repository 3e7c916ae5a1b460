//! A plan of PostgreSQL, and what may be bad about it.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

/// From where on a plan is bad.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// A table with more rows is large.
    pub large: f64,
    /// So many rows may be sorted.
    pub sort: f64,
    /// What a statement may cost.
    pub cost: f64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            large: 10_000.0,
            sort: 10_000.0,
            cost: 100_000.0,
        }
    }
}

/// A condition for which there is no index, and cannot be: what fits a set of bits, such as the
/// diets of a dish, is as a rule much of the table.
const NO_INDEX: &str = "\"diets\" &";

/// What it costs at least to read a row by an index over the whole of a table.
const WHOLE: f64 = 0.02;

/// What `EXPLAIN (FORMAT JSON)` says.
pub struct Plan(Value);

impl Plan {
    pub fn new(explained: Value) -> Self {
        Self(explained.pointer("/0/Plan").cloned().unwrap_or_default())
    }

    pub fn cost(&self) -> f64 {
        number(&self.0, "Total Cost")
    }

    /// What is bad about the plan of `sql`, over tables of these sizes.
    pub fn faults(&self, bounds: Bounds, sizes: &BTreeMap<String, f64>, sql: &str) -> Vec<String> {
        let mut faults = Vec::new();
        if sql.contains(NO_INDEX) {
            return faults;
        }
        let large = |node: &Value| {
            let table = node["Relation Name"].as_str().unwrap_or_default();
            let rows = sizes.get(table).copied().unwrap_or_default();
            (rows > bounds.large).then(|| (rows, format!("{rows:.0} rows of {table}")))
        };
        walk(&self.0, &mut |node| match node["Node Type"].as_str() {
            Some("Seq Scan") => {
                faults.extend(large(node).map(|(_, text)| format!("reads all {text}")));
            }
            // In some order until enough fit: where few do, that is all of them. Of a part of the
            // table an index is small.
            Some("Index Scan" | "Index Only Scan") if node["Index Cond"].is_null() => {
                let all = large(node).filter(|(rows, _)| number(node, "Total Cost") > rows * WHOLE);
                faults.extend(all.map(|(_, text)| format!("looks through all {text}")));
            }
            Some("Sort" | "Incremental Sort") => {
                let rows = number(&node["Plans"][0], "Plan Rows");
                if rows > bounds.sort {
                    faults.push(format!("sorts {rows:.0} rows by {}", node["Sort Key"]));
                }
            }
            _ => {}
        });
        if self.cost() > bounds.cost {
            faults.push(format!("costs {:.0}", self.cost()));
        }
        faults
    }
}

fn number(node: &Value, name: &str) -> f64 {
    node[name].as_f64().unwrap_or_default()
}

fn walk(node: &Value, visit: &mut impl FnMut(&Value)) {
    visit(node);
    for child in node["Plans"].as_array().into_iter().flatten() {
        walk(child, visit);
    }
}

/// A line for each node, as `EXPLAIN` writes it.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_node(f, &self.0, 0)
    }
}

fn write_node(f: &mut fmt::Formatter<'_>, node: &Value, depth: usize) -> fmt::Result {
    let text = |name: &str| node[name].as_str().unwrap_or_default().to_owned();
    let mut line = text("Node Type");
    for name in ["Index Name", "Relation Name"] {
        if node[name].is_string() {
            line += &format!(" on {}", text(name));
        }
    }
    let (cost, rows) = (number(node, "Total Cost"), number(node, "Plan Rows"));
    writeln!(
        f,
        "{:indent$}{line} (cost {cost:.0}, rows {rows:.0})",
        "",
        indent = 2 * depth
    )?;
    for name in ["Index Cond", "Filter", "Join Filter"] {
        if node[name].is_string() {
            writeln!(
                f,
                "{:indent$}{name}: {}",
                "",
                text(name),
                indent = 2 * depth + 4
            )?;
        }
    }
    let children = node["Plans"].as_array().into_iter().flatten();
    children
        .into_iter()
        .try_for_each(|child| write_node(f, child, depth + 1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(plan: Value) -> Vec<String> {
        let sizes = BTreeMap::from([("orders_2026_11".to_owned(), 5e5), ("ward".to_owned(), 9.0)]);
        Plan::new(json!([{ "Plan": plan }])).faults(Bounds::default(), &sizes, "SELECT 1")
    }

    #[test]
    fn to_read_a_large_table_from_end_to_end_is_a_fault() {
        let scan = |table| json!({ "Node Type": "Seq Scan", "Relation Name": table });
        let below =
            json!({ "Node Type": "Limit", "Plans": [scan("ward"), scan("orders_2026_11")] });
        assert_eq!(faults(below), ["reads all 500000 rows of orders_2026_11"]);
    }

    #[test]
    fn to_look_through_an_index_until_enough_fit_is_a_fault() {
        let scan = |condition: &str, cost: f64| {
            json!({
                "Node Type": "Index Scan",
                "Relation Name": "orders_2026_11",
                condition: "(kitchen_id = 1)",
                "Total Cost": cost,
            })
        };
        assert_eq!(faults(scan("Index Cond", 3e4)), Vec::<String>::new());
        assert_eq!(faults(scan("Filter", 8.0)), Vec::<String>::new());
        let found = faults(scan("Filter", 3e4));
        assert_eq!(found, ["looks through all 500000 rows of orders_2026_11"]);
    }

    #[test]
    fn to_sort_many_rows_is_a_fault() {
        let sort = |rows| {
            let child = json!({ "Node Type": "Index Scan", "Plan Rows": rows });
            json!({ "Node Type": "Sort", "Plan Rows": 20, "Sort Key": ["a"], "Plans": [child] })
        };
        assert_eq!(faults(sort(10_000)), Vec::<String>::new());
        assert_eq!(faults(sort(20_000)), ["sorts 20000 rows by [\"a\"]"]);
    }

    #[test]
    fn to_cost_too_much_is_a_fault() {
        let costs = |cost| json!({ "Node Type": "Index Scan", "Total Cost": cost });
        assert_eq!(faults(costs(100_000.0)), Vec::<String>::new());
        assert_eq!(faults(costs(100_001.4)), ["costs 100001"]);
    }
}
