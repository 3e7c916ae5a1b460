// What `$TODAY`, `$HOSPITAL` and the like stand for on the server that serves this page.

import query from '../../tests/operations/placeholders/objects.graphql?raw';
import pointers from '../../tests/operations/placeholders/pointers.json';

export type Placeholders = Readonly<Record<string, string>>;

interface Objects {
  serverTime: string;
  hospital: { timeZone: string } | null;
}

/** Asks the server. What it does not have is left out, and then stays a placeholder. */
export async function askPlaceholders(): Promise<Placeholders> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data?: Objects | null };
  if (!data?.hospital) return {};
  const now = new Date(data.serverTime);
  const known: Record<string, string> = {
    TODAY: date(now, data.hospital.timeZone),
    YESTERDAY: date(new Date(now.getTime() - 86_400_000), data.hospital.timeZone),
  };
  for (const [name, pointer] of Object.entries(pointers)) {
    const value = resolve(data, pointer);
    if (typeof value === 'string') known[name] = value;
  }
  return known;
}

/** The date at a place, as GraphQL's `Date` is written. */
function date(moment: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(moment);
}

/** Follows a JSON pointer without escapes (RFC 6901). */
function resolve(value: unknown, pointer: string): unknown {
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | null | undefined)?.[step], value);
}

/** Variables as JSON with their placeholders filled in, for the editor. */
export function fill(variables: string | null, known: Placeholders): string | null {
  if (variables === null) return null;
  const filled = JSON.parse(variables, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith('$') ? (known[value.slice(1)] ?? value) : value,
  );
  return JSON.stringify(filled, null, 2);
}
