//! `thali schema`: the GraphQL schema in its definition language.

#[expect(clippy::print_stdout, reason = "the schema is what was asked for")]
pub fn print() {
    print!("{}", crate::schema::sdl());
}
