import type { Meal } from '../graphql/generated/graphql';

/** The first meal of a day for which something can still be ordered; after the last one, that. */
export function nextMeal(
  windows: readonly { meal: Meal; lateTrayUntil: string }[],
  now: string,
): Meal {
  const open = windows.find(({ lateTrayUntil }) => Date.parse(lateTrayUntil) > Date.parse(now));
  return (open ?? windows.at(-1))?.meal ?? 'LUNCH';
}
