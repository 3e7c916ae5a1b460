//! Queries at random: aliases, fragments, directives, repeated fields, cycles.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use thali::graph::id::Kind;

use crate::{
    data::{Data, today},
    property::Choices,
    sdl::Sdl,
};

/// How many levels of fields a query has at most.
const DEPTH: usize = 13;

/// What is in the database.
pub struct Known {
    /// Global ids by type, and one of nothing.
    ids: BTreeMap<&'static str, Vec<String>>,
    codes: Vec<String>,
}

impl Known {
    pub fn of(data: &Data) -> Self {
        let some = |kind: Kind, ids: Vec<uuid::Uuid>| {
            let step = (ids.len() / 9).max(1);
            let ids = ids.into_iter().step_by(step);
            ids.map(|id| kind.id(id).0).collect()
        };
        let nobody = vec![Kind::Dish.id(uuid::Uuid::nil()).0, "nonsense".to_owned()];
        let id = |rows: Vec<uuid::Uuid>, kind| some(kind, rows);
        let hospitals = data.hospitals.iter();
        let ids = BTreeMap::from([
            (
                "Hospital",
                id(
                    hospitals.clone().map(|row| row.id).collect(),
                    Kind::Hospital,
                ),
            ),
            (
                "Ward",
                id(data.wards.iter().map(|row| row.id).collect(), Kind::Ward),
            ),
            (
                "Kitchen",
                id(
                    data.kitchens.iter().map(|row| row.id).collect(),
                    Kind::Kitchen,
                ),
            ),
            (
                "Dish",
                id(data.dishes.iter().map(|row| row.id).collect(), Kind::Dish),
            ),
            (
                "Menu",
                id(data.menus.iter().map(|row| row.id).collect(), Kind::Menu),
            ),
            (
                "MenuSection",
                id(
                    data.sections.iter().map(|row| row.id).collect(),
                    Kind::MenuSection,
                ),
            ),
            (
                "MenuItem",
                id(
                    data.items.iter().map(|row| row.id).collect(),
                    Kind::MenuItem,
                ),
            ),
            (
                "Order",
                id(data.orders.iter().map(|row| row.id).collect(), Kind::Order),
            ),
            // Nobody sees a patient who says not who it is.
            ("Patient", vec![Kind::Patient.id(uuid::Uuid::nil()).0]),
            ("Hold", vec![Kind::Hold.id(uuid::Uuid::nil()).0]),
            ("Nobody", nobody),
        ]);
        Self {
            ids,
            codes: hospitals.take(4).map(|row| row.code.clone()).collect(),
        }
    }
}

#[derive(Clone)]
enum Node {
    Field { head: String, selection: Vec<Node> },
    Inline { head: String, selection: Vec<Node> },
    Spread { fragment: usize, directive: String },
}

/// A query with the fragments that it may spread: (type, selection).
pub struct Query {
    root: Vec<Node>,
    fragments: Vec<(String, Vec<Node>)>,
}

pub struct Maker<'a> {
    sdl: &'a Sdl,
    known: &'a Known,
    choices: Choices,
    fragments: Vec<(String, Vec<Node>)>,
    names: usize,
}

impl<'a> Maker<'a> {
    pub fn new(sdl: &'a Sdl, known: &'a Known, choices: Choices) -> Self {
        Self {
            sdl,
            known,
            choices,
            fragments: Vec::new(),
            names: 0,
        }
    }

    pub fn query(mut self) -> Query {
        let root = self.selection("Query", DEPTH);
        Query {
            root,
            fragments: self.fragments,
        }
    }

    fn selection(&mut self, on: &str, depth: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        for _ in 0..1 + self.choices.below(4) {
            let node = match self.choices.below(9) {
                7 if depth > 0 => Node::Inline {
                    head: format!("... on {on}{}", self.directive()),
                    selection: self.selection(on, depth - 1),
                },
                8 if depth > 0 => self.spread(on, depth),
                _ if on == "Node" => self.on_kind(depth),
                _ => self.field(on, depth, false),
            };
            nodes.push(node);
        }
        nodes
    }

    /// A fragment of the type that is there, or a new one.
    fn spread(&mut self, on: &str, depth: usize) -> Node {
        let its = self.fragments.iter().enumerate();
        let its: Vec<usize> = its
            .filter(|(_, (ty, _))| ty == on)
            .map(|(n, _)| n)
            .collect();
        let fragment = match self.choices.below(its.len() + 1) {
            0 => {
                let selection = self.selection(on, depth - 1);
                self.fragments.push((on.to_owned(), selection));
                self.fragments.len() - 1
            }
            known => its[known - 1],
        };
        let directive = self.directive();
        Node::Spread {
            fragment,
            directive,
        }
    }

    /// Fields of one kind of `Node`, under names that no other kind has.
    fn on_kind(&mut self, depth: usize) -> Node {
        let kinds = [
            "Hospital",
            "Ward",
            "Kitchen",
            "Dish",
            "Menu",
            "MenuSection",
            "MenuItem",
            "Order",
            "Patient",
            "Hold",
        ];
        let kind = *self.choices.of(&kinds);
        let fields = 1 + self.choices.below(3);
        let selection = (0..fields).map(|_| self.field(kind, depth, true)).collect();
        Node::Inline {
            head: format!("... on {kind}{}", self.directive()),
            selection,
        }
    }

    fn field(&mut self, on: &str, depth: usize, named: bool) -> Node {
        let fields = &self.sdl.types[on];
        // Leaves first, so that a query without further choices ends.
        let mut names: Vec<&str> = Vec::new();
        let (leaves, inner): (Vec<_>, Vec<_>) =
            fields.iter().partition(|(_, ty)| ty.target.is_none());
        names.extend(
            leaves
                .iter()
                .take(if on == "Query" { 1 } else { 3 })
                .map(|(name, _)| name.as_str()),
        );
        names.extend(
            leaves
                .iter()
                .filter(|(name, _)| self.sdl.is_edge(on, name))
                .map(|(name, _)| name.as_str()),
        );
        if depth > 0 {
            names.extend(inner.iter().map(|(name, _)| name.as_str()));
            names.extend(inner.iter().map(|(name, _)| name.as_str()));
            if on.ends_with("Connection") {
                names.extend(["nodes", "nodes", "nodes"]);
            }
        }
        let name = *self.choices.of(&names);
        let is_aliased = named || self.choices.one_in(3);
        let mut head = String::new();
        if is_aliased {
            self.names += 1;
            write!(head, "a{}: ", self.names).unwrap();
        }
        head += name;
        head += &self.arguments(on, name, is_aliased);
        head += &self.directive();
        let selection = match &fields[name].target {
            Some(target) => self.selection(&target.clone(), depth.saturating_sub(1)),
            None => Vec::new(),
        };
        Node::Field { head, selection }
    }

    fn directive(&mut self) -> String {
        match self.choices.below(24) {
            21 => " @include(if: true)".to_owned(),
            22 => " @skip(if: true)".to_owned(),
            23 => " @skip(if: false)".to_owned(),
            _ => String::new(),
        }
    }

    /// The arguments of a field: always the same ones where it has no name of its own.
    fn arguments(&mut self, on: &str, name: &str, free: bool) -> String {
        let mut fixed = Choices::new(Vec::new());
        let choices = if free { &mut self.choices } else { &mut fixed };
        let id = |kind: &str, choices: &mut Choices| choices.of(&self.known.ids[kind]).clone();
        let day = today().pred_opt().unwrap();
        let page = [
            "first: 2",
            "first: 1",
            "first: 4",
            "last: 2",
            "last: 3",
            "first: 0",
            "first: 100",
        ];
        let page = match choices.below(page.len()) {
            // Not at every level.
            6 if !matches!(on, "Query" | "Hospital") => page[2],
            n => page[n],
        };
        let near = "near: { latitude: 51.5, longitude: -0.1, withinKm: 60 }";
        let dish = [
            "{}",
            "{ diets: [VEGAN] }",
            "{ freeFrom: [CELERY], maxEnergyKcal: 200 }",
            "{ freeFrom: [ALMONDS], allowTraces: true, foodTextures: [3, 4, 5] }",
            "{ categories: [SOUP, MAIN, SIDE] }",
        ];
        let arguments = match (on, name) {
            ("Query", "node") => {
                let kinds: Vec<&str> = self.known.ids.keys().copied().collect();
                let kind = *choices.of(&kinds);
                format!("id: \"{}\"", id(kind, choices))
            }
            ("Query", "nodes") => {
                let kinds: Vec<&str> = self.known.ids.keys().copied().collect();
                let ids: Vec<String> = (0..choices.below(8) + 1)
                    .map(|_| {
                        let kind = *choices.of(&kinds);
                        format!("\"{}\"", id(kind, choices))
                    })
                    .collect();
                format!("ids: [{}]", ids.join(", "))
            }
            ("Query", "hospital") => format!("by: {}", by(self.known, choices)),
            ("Query", "menu") => {
                let meal = ["LUNCH", "DINNER", "BREAKFAST"][choices.below(3)];
                format!(
                    "hospital: {}, date: \"{}\", meal: {meal}",
                    by(self.known, choices),
                    today()
                )
            }
            ("Query", "hospitals") => {
                let which = ["", near, "search: \"st mary\"", "search: \"hospitol\""];
                format!("{}, {page}", choices.of(&which))
            }
            ("Query", "kitchens") => {
                let serves = format!("filter: {{ serves: \"{}\" }}", id("Hospital", choices));
                let serves = if choices.one_in(2) {
                    serves
                } else {
                    String::new()
                };
                format!("{near}, {serves}, {page}")
            }
            ("Query" | "Kitchen", "dishes") => {
                let order = [
                    "",
                    "orderBy: { field: NAME, direction: DESC }",
                    "orderBy: { field: ENERGY }",
                    "orderBy: { field: PROTEIN, direction: DESC }",
                    "search: \"soup\"",
                    "search: \"curri\"",
                ];
                format!(
                    "{}, filter: {}, {page}",
                    choices.of(&order),
                    choices.of(&dish)
                )
            }
            ("Hospital" | "Kitchen", "menus") => {
                let when = [
                    String::new(),
                    format!("from: \"{day}\""),
                    format!("to: \"{}\"", today()),
                    format!("from: \"{day}\", meal: DINNER"),
                ];
                format!("{}, {page}", choices.of(&when))
            }
            ("Menu" | "MenuSection", "items") => {
                let available = if choices.one_in(3) {
                    "available: true, "
                } else {
                    ""
                };
                format!(
                    "filter: {{ {available}dish: {} }}, {page}",
                    choices.of(&dish)
                )
            }
            ("Hospital" | "Kitchen", "orders") => {
                let which = [
                    "filter: {}",
                    "filter: { status: [PLACED, ACCEPTED, CANCELLED] }",
                    "filter: { meal: LUNCH, flagged: false }",
                    "orderBy: { field: PLACED_AT, direction: DESC }",
                ];
                format!("{}, {page}", choices.of(&which))
            }
            (_, "price" | "priceByWeight" | "priceVersion") => {
                format!(
                    "audience: {}",
                    ["STAFF", "PATIENT", "VISITOR"][choices.below(3)]
                )
            }
            ("Hospital", "stats") => format!("from: \"{day}\", to: \"{}\"", today()),
            ("HospitalStats", "orders") => "meal: LUNCH".to_owned(),
            ("Kitchen", "productionSheet") => format!("date: \"{day}\", meal: LUNCH"),
            ("Hospital", "popularDishes") => {
                let first = 1 + choices.below(5);
                format!("from: \"{day}\", to: \"{}\", first: {first}", today())
            }
            ("Query", "cart") => "token: \"nobody has it\"".to_owned(),
            ("Cart" | "CartLine", "problems") => format!("patient: \"{}\"", id("Patient", choices)),
            ("Query", "checkMeal") => {
                let (patient, item) = (id("Patient", choices), id("MenuItem", choices));
                format!("input: {{ patient: \"{patient}\", items: [{{ menuItem: \"{item}\" }}] }}")
            }
            ("MenuItem", "safeFor") => format!("patient: \"{}\"", id("Patient", choices)),
            (_, "mealWindows") => match choices.below(2) {
                0 => return String::new(),
                _ => format!("date: \"{day}\""),
            },
            (_, "distanceM") => "from: { latitude: 51, longitude: 0 }".to_owned(),
            _ if self.sdl.types[on][name].has_arguments && name != "formatted" => page.to_owned(),
            _ => return String::new(),
        };
        format!("({arguments})")
    }
}

fn by(known: &Known, choices: &mut Choices) -> String {
    match choices.below(3) {
        0 => "{ slug: \"riverside-general\" }".to_owned(),
        1 => format!("{{ code: \"{}\" }}", choices.of(&known.codes)),
        _ => format!("{{ id: \"{}\" }}", choices.of(&known.ids["Hospital"])),
    }
}

impl Query {
    pub fn text(&self) -> String {
        let mut used = BTreeSet::new();
        let mut text = String::from("query ");
        self.write(&self.root, &mut text, &mut used);
        let mut done = BTreeSet::new();
        while let Some(n) = used.difference(&done).next().copied() {
            let (on, selection) = &self.fragments[n];
            write!(text, " fragment F{n} on {on} ").unwrap();
            self.write(selection, &mut text, &mut used);
            done.insert(n);
        }
        text
    }

    fn write(&self, selection: &[Node], text: &mut String, used: &mut BTreeSet<usize>) {
        text.push_str("{ ");
        for node in selection {
            match node {
                Node::Field { head, selection } | Node::Inline { head, selection } => {
                    text.push_str(head);
                    text.push(' ');
                    if !selection.is_empty() {
                        self.write(selection, text, used);
                    }
                }
                Node::Spread {
                    fragment,
                    directive,
                } => {
                    used.insert(*fragment);
                    write!(text, "...F{fragment}{directive} ").unwrap();
                }
            }
        }
        text.push_str("} ");
    }

    /// The same query with some of its selections left out.
    pub fn pruned(&self, choices: &mut Choices) -> Self {
        let fragments = self.fragments.iter();
        Self {
            root: pruned(&self.root, choices),
            fragments: fragments
                .map(|(on, nodes)| (on.clone(), pruned(nodes, choices)))
                .collect(),
        }
    }
}

fn pruned(selection: &[Node], choices: &mut Choices) -> Vec<Node> {
    let mut kept = Vec::new();
    for node in selection {
        if choices.one_in(4) {
            continue;
        }
        kept.push(match node {
            Node::Field { head, selection } if !selection.is_empty() => Node::Field {
                head: head.clone(),
                selection: pruned(selection, choices),
            },
            Node::Inline { head, selection } => Node::Inline {
                head: head.clone(),
                selection: pruned(selection, choices),
            },
            other => other.clone(),
        });
    }
    if kept.is_empty() {
        // A field of the same object, which the whole need not have.
        return selection.iter().take(1).cloned().collect();
    }
    kept
}
