import { useQuery } from '@apollo/client/react';
import { dishFilter, type Address } from '../address';
import { graphql } from '../graphql/generated';
import type { Meal } from '../graphql/generated/graphql';
import { dayIn } from '../language/formats';
import { useLanguage } from '../language/language';
import { Failed } from '../ui/Failed';
import { Skeletons } from '../ui/Skeletons';
import { DayStrip } from './DayStrip';
import { MealTabs } from './MealTabs';
import { MenuOfMeal } from './MenuOfMeal';
import { nextMeal } from './nextMeal';

const MEAL_TIMES = graphql(`
  query MealTimes($slug: String!, $day: Date!) {
    hospital(by: { slug: $slug }) {
      id
      mealWindows(date: $day) {
        meal
        cutOffAt
        lateTrayUntil
        servedFrom
        servedUntil
      }
    }
  }
`);

interface MenuOfDayProps {
  slug: string;
  timeZone: string;
  /** The server's time: it decides what today is and what can still be ordered. */
  now: string;
  upcoming: readonly { date: string; meal: Meal }[];
  address: Address;
}

export function MenuOfDay({ slug, timeZone, now, upcoming, address }: MenuOfDayProps) {
  const { words, format } = useLanguage();
  const today = dayIn(timeZone, now);
  const day = address.day ?? today;
  const { data, error, refetch } = useQuery(MEAL_TIMES, { variables: { slug, day } });
  const windows = data?.hospital?.mealWindows;
  const days = [...new Set([today, ...upcoming.map(({ date }) => date), day])].sort();

  if (error && !windows) return <Failed error={error} retry={() => void refetch()} />;
  const meal = address.meal ?? (windows && nextMeal(windows, now));
  return (
    <>
      <DayStrip days={days} day={day} today={today} />
      {windows && meal && (
        <>
          <MealTabs windows={windows} meal={meal} />
          <h2 className="unseen">{`${words.meals[meal]}, ${format.longDay(day)}`}</h2>
          <MenuOfMeal
            key={`${day} ${meal}`}
            place={{ slug, date: day, meal }}
            timeZone={timeZone}
            now={now}
            filter={dishFilter(address)}
          />
        </>
      )}
      {!windows && <Skeletons count={6} shape="card" />}
    </>
  );
}
