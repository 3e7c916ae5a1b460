import { InMemoryCache, type FieldPolicy, type TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

type Connection = ReturnType<typeof relayStylePagination>;
type Merge = Extract<NonNullable<Connection['merge']>, (...args: never[]) => unknown>;

// What makes two lists different lists. Everything else that a connection takes (first, after,
// last, before) only says which part of one list is meant.
export const CONNECTIONS: Record<string, Record<string, string[] | false>> = {
  Query: {
    hospitals: ['near', 'search'],
    kitchens: ['near', 'filter'],
    dishes: ['search', 'filter', 'orderBy'],
  },
  Hospital: {
    wards: false,
    kitchens: false,
    patients: ['filter'],
    menus: ['from', 'to', 'meal'],
    orders: ['filter', 'orderBy'],
  },
  Kitchen: {
    hospitals: false,
    dishes: ['search', 'filter', 'orderBy'],
    menus: ['from', 'to', 'meal'],
    orders: ['filter', 'orderBy'],
  },
  Menu: { items: ['filter'] },
  MenuSection: { items: ['filter'] },
  Order: { events: false },
  Patient: { orders: ['filter', 'orderBy'] },
  Viewer: { memberships: false, orders: ['filter', 'orderBy'] },
  Ward: { patients: false },
};

/**
 * Pages of a list join where their cursors meet, forward and backward.
 *
 * Apollo's own policy appends a page whose cursor it does not know, which would hide the gap: a
 * list that was opened in its middle by a deep link, say. Here such a page starts the list anew.
 */
function pages(keyArgs: string[] | false): FieldPolicy {
  const policy = relayStylePagination(keyArgs);
  const join = policy.merge as Merge;
  return {
    ...policy,
    merge(existing, incoming, options) {
      const cursor: unknown = options.args?.after ?? options.args?.before;
      const meets = existing?.edges.some((edge: { cursor?: string }) => edge.cursor === cursor);
      return join(meets ? existing : undefined, incoming, options);
    },
  };
}

function typePolicies(): TypePolicies {
  const policies: TypePolicies = {};
  for (const [type, fields] of Object.entries(CONNECTIONS)) {
    const entries = Object.entries(fields).map(([name, keyArgs]) => [name, pages(keyArgs)]);
    policies[type] = { fields: Object.fromEntries(entries) };
  }
  // Values without an id belong to their owner: another language's text joins what is there.
  for (const type of ['Money', 'WeightPrice', 'Availability', 'Nutrition', 'Texture']) {
    policies[type] = { merge: true };
  }
  return policies;
}

export function createCache(): InMemoryCache {
  return new InMemoryCache({ typePolicies: typePolicies() });
}
