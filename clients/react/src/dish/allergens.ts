import type { Allergen, Presence } from '../graphql/generated/graphql';

interface DishAllergen {
  allergen: Allergen;
  group: Allergen;
  presence: Presence;
}

/** An allergen group with those of its species that are known. */
export interface Declared {
  group: Allergen;
  species: Allergen[];
}

/** The allergens of one presence, by group, in the order of the API. */
export function declared(allergens: readonly DishAllergen[], presence: Presence): Declared[] {
  const groups = new Map<Allergen, Allergen[]>();
  for (const entry of allergens) {
    if (entry.presence !== presence) continue;
    const species = groups.get(entry.group) ?? [];
    if (entry.allergen !== entry.group) species.push(entry.allergen);
    groups.set(entry.group, species);
  }
  return [...groups].map(([group, species]) => ({ group, species }));
}

/** The groups in the order of the regulation, and the species below them. */
export const ALLERGEN_GROUPS: readonly Declared[] = [
  { group: 'GLUTEN', species: ['WHEAT', 'RYE', 'BARLEY', 'OATS', 'SPELT', 'HYBRID_CEREALS'] },
  { group: 'CRUSTACEANS', species: [] },
  { group: 'EGGS', species: [] },
  { group: 'FISH', species: [] },
  { group: 'PEANUTS', species: [] },
  { group: 'SOYBEANS', species: [] },
  { group: 'MILK', species: [] },
  {
    group: 'NUTS',
    species: [
      'ALMONDS',
      'HAZELNUTS',
      'WALNUTS',
      'CASHEWS',
      'PECANS',
      'BRAZIL_NUTS',
      'PISTACHIOS',
      'MACADAMIAS',
    ],
  },
  { group: 'CELERY', species: [] },
  { group: 'MUSTARD', species: [] },
  { group: 'SESAME', species: [] },
  { group: 'SULPHITES', species: [] },
  { group: 'LUPIN', species: [] },
  { group: 'MOLLUSCS', species: [] },
];
