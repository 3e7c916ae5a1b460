import { useQuery } from '@apollo/client/react';
import { graphql } from '../graphql/generated';
import type { DishFilter, Meal } from '../graphql/generated/graphql';
import { useLanguage } from '../language/language';
import { Empty } from '../ui/Empty';
import { Failed } from '../ui/Failed';
import { PagedList, startPage } from '../ui/PagedList';
import { Skeletons } from '../ui/Skeletons';
import { CutOff } from './CutOff';
import { MenuItemCard } from './MenuItemCard';
import styles from './MenuOfMeal.module.css';

const MENU = graphql(`
  query Menu(
    $slug: String!
    $date: Date!
    $meal: Meal!
    $locale: String!
    $filter: MenuItemFilter
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    menu(hospital: { slug: $slug }, date: $date, meal: $meal) {
      id
      acceptsOrdersUntil
      lateTrayUntil
      items(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        edges {
          cursor
          node {
            id
            section {
              id
              title
            }
            ...MenuItemCard
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`);

interface MenuOfMealProps {
  place: { slug: string; date: string; meal: Meal };
  timeZone: string;
  now: string;
  filter: DishFilter | undefined;
}

export function MenuOfMeal({ place, timeZone, now, filter }: MenuOfMealProps) {
  const { words } = useLanguage();
  const { data, previousData, error, refetch, fetchMore } = useQuery(MENU, {
    variables: {
      ...place,
      locale: words.locale,
      filter: filter && { dish: filter },
      ...startPage(),
    },
    // Prices and portions change: what is known is shown at once, then asked for again.
    fetchPolicy: 'cache-and-network',
    nextFetchPolicy: 'cache-first',
  });
  const answer = data ?? (error ? undefined : previousData);
  if (error && !answer) return <Failed error={error} retry={() => void refetch()} />;
  if (!answer) return <Skeletons count={6} shape="card" />;
  const { menu } = answer;
  if (!menu) return <Empty text={words.noMenu} />;
  return (
    <>
      <CutOff
        acceptsOrdersUntil={menu.acceptsOrdersUntil}
        lateTrayUntil={menu.lateTrayUntil}
        timeZone={timeZone}
        now={now}
      />
      {!menu.items.edges.length && <Empty text={words.noMenuFits} />}
      <PagedList connection={menu.items} fetchMore={(page) => fetchMore({ variables: page })}>
        {({ edges }) =>
          sections(edges.map(({ node }) => node)).map(({ id, title, items }) => (
            <section key={id} className={styles.section}>
              <h2>{title}</h2>
              <ul className="cards">
                {items.map((item) => (
                  <li key={item.id}>
                    <MenuItemCard item={item} />
                  </li>
                ))}
              </ul>
            </section>
          ))
        }
      </PagedList>
    </>
  );
}

/** Items under their headings. They come in the order of print: a heading's items stand together. */
function sections<T extends { section: { id: string; title: string } }>(items: readonly T[]) {
  const sections: { id: string; title: string; items: T[] }[] = [];
  for (const item of items) {
    const last = sections.at(-1);
    if (last?.id === item.section.id) last.items.push(item);
    else sections.push({ ...item.section, items: [item] });
  }
  return sections;
}
