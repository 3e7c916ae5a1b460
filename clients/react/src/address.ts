import type { Allergen, Diet, DishFilter, Meal } from './graphql/generated/graphql';

/** What the address bar says: all that a reload or a shared link must bring back. */
export interface Address {
  /** The slug of the hospital. */
  hospital?: string | undefined;
  view: 'menu' | 'dishes';
  /** `YYYY-MM-DD`; today if not given. */
  day?: string | undefined;
  /** The meal that comes next if not given. */
  meal?: Meal | undefined;
  search: string;
  diets: Diet[];
  without: Allergen[];
  /** Whether traces of what is in `without` are acceptable. */
  traces: boolean;
  /** The cursor after which the list of dishes starts on the screen. */
  from?: string | undefined;
  /** The id of the dish whose details are open. */
  dish?: string | undefined;
}

const MEALS = { breakfast: 'BREAKFAST', lunch: 'LUNCH', dinner: 'DINNER' } as const;

function isMeal(text: string): text is keyof typeof MEALS {
  return text in MEALS;
}

// Diets and allergens go to the API as they stand: it refuses what it does not know. To drop an
// allergen here because a link misspells it would show what somebody must not eat.
function listed<T extends string>(text: string | null): T[] {
  const values = (text ?? '').toUpperCase().split(',').filter(Boolean);
  return [...new Set(values)] as T[];
}

export function parseAddress(query: string): Address {
  const parameters = new URLSearchParams(query);
  const get = (name: string) => parameters.get(name) || undefined;
  const meal = get('meal')?.toLowerCase() ?? '';
  const day = get('day') ?? '';
  return {
    hospital: get('hospital'),
    view: get('view') === 'dishes' ? 'dishes' : 'menu',
    day: /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : undefined,
    meal: isMeal(meal) ? MEALS[meal] : undefined,
    search: get('search') ?? '',
    diets: listed<Diet>(parameters.get('diet')),
    without: listed<Allergen>(parameters.get('without')),
    traces: get('traces') === 'ok',
    from: get('from'),
    dish: get('dish'),
  };
}

export function formatAddress(address: Address): string {
  const parameters = {
    hospital: address.hospital,
    view: address.view === 'dishes' ? 'dishes' : undefined,
    day: address.day,
    meal: address.meal?.toLowerCase(),
    search: address.search.trim(),
    diet: address.diets.join(',').toLowerCase(),
    without: address.without.join(',').toLowerCase(),
    traces: address.traces ? 'ok' : undefined,
    from: address.from,
    dish: address.dish,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => !!entry[1]);
  // Commas may stand in a query as they are, and are easier to read so.
  return `?${new URLSearchParams(given).toString().replaceAll('%2C', ',')}`;
}

/** The API's filter for an address; undefined where nothing is filtered. */
export function dishFilter({ diets, without, traces }: Address): DishFilter | undefined {
  if (!diets.length && !without.length) return undefined;
  return { diets, freeFrom: without, allowTraces: traces };
}

/** What makes the list of dishes at an address another list: its search and its filter. */
export function listOf({ search, diets, without, traces }: Address): string {
  return JSON.stringify([search, diets, without, traces]);
}
