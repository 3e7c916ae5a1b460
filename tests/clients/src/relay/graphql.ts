// Marks documents for the Relay compiler. Applications have a plugin of their bundler put the
// compiled document in its place; here it is imported by name.
export const graphql = (_document: TemplateStringsArray): void => {};
