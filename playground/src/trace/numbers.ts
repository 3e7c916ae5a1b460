// How figures are written.

const whole = new Intl.NumberFormat('en');

export const count = (number: number): string => whole.format(number);

export const counted = (number: number, one: string, many: string): string => `${count(number)} ${number === 1 ? one : many}`;

/** Milliseconds with the digits that matter. */
export const milliseconds = (ms: number): string => (ms < 10 ? ms.toFixed(1) : count(Math.round(ms)));

/** A share in percent, never rounded to nothing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return '< 0.1%';
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}

/** Steps of an axis from nothing to a little beyond `most`: 1, 2 or 5 times a power of ten. */
export function axis(most: number): { end: number; ticks: number[] } {
  const rough = Math.max(most, 0.1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const steps = Math.ceil(Math.max(most, 0.1) / step);
  const ticks = Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(6)));
  return { end: steps * step, ticks };
}
