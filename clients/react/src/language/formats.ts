/** Numbers and times as people of a locale write them. Money comes written from the API. */
export interface Formats {
  count(value: number): string;
  grams(value: number): string;
  kilocalories(value: number): string;
  kilometres(metres: number): string;
  /** A moment as the time of day in a time zone. */
  time(moment: string, timeZone: string): string;
  /** A local time `HH:MM` that belongs to no day. */
  localTime(time: string): string;
  /** Parts of a day `YYYY-MM-DD`. */
  weekday(day: string): string;
  dayAndMonth(day: string): string;
  longDay(day: string): string;
}

// A day of the calendar is the same everywhere: it is read and written in UTC.
const atMidnight = (day: string) => new Date(`${day}T00:00:00Z`);

export function formats(locale: string): Formats {
  const number = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(locale, options);
    return (value: number) => format.format(value);
  };
  const calendar = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
    return (day: string) => format.format(atMidnight(day));
  };
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const utcTime = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...clock });
  const kilometres = number({ style: 'unit', unit: 'kilometer', maximumSignificantDigits: 2 });
  return {
    count: number({}),
    grams: number({ style: 'unit', unit: 'gram', maximumFractionDigits: 2 }),
    kilocalories: (value) => `${Math.round(value)} kcal`,
    kilometres: (metres) => kilometres(metres / 1000),
    time: (moment, timeZone) =>
      new Intl.DateTimeFormat(locale, { timeZone, ...clock }).format(new Date(moment)),
    localTime: (time) => utcTime.format(new Date(`1970-01-01T${time}Z`)),
    weekday: calendar({ weekday: 'short' }),
    dayAndMonth: calendar({ day: 'numeric', month: 'short' }),
    longDay: calendar({ weekday: 'long', day: 'numeric', month: 'long' }),
  };
}

/** The day `YYYY-MM-DD` that a moment falls on in a time zone. */
export function dayIn(timeZone: string, moment: string): string {
  const parts = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return new Intl.DateTimeFormat('sv-SE', parts).format(new Date(moment));
}
