// An operation in the page's address. It stands behind the `#`, which browsers keep to themselves:
// no server sees it, and none has to keep anything.

export interface Shared {
  query: string;
  variables: string | null;
}

export function linkTo({ query, variables }: Shared): string {
  const parts = new URLSearchParams({ query });
  if (variables?.trim()) parts.set('variables', variables);
  return `${location.origin}${location.pathname}#${parts}`;
}

/** The operation that the address brings along. */
export function sharedHere(): Shared | null {
  const parts = new URLSearchParams(location.hash.slice(1));
  const query = parts.get('query');
  return query === null ? null : { query, variables: parts.get('variables') };
}
