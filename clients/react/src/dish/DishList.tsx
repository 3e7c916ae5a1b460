import { useQuery } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import { dishFilter, type Address } from '../address';
import { graphql } from '../graphql/generated';
import { failureOf } from '../graphql/failure';
import { useLanguage } from '../language/language';
import { Empty } from '../ui/Empty';
import { Failed } from '../ui/Failed';
import { PagedList, startPage } from '../ui/PagedList';
import { Skeletons } from '../ui/Skeletons';
import { go } from '../useAddress';
import { DishCard } from './DishCard';
import styles from './DishList.module.css';
import { useScrollCursor } from './useScrollCursor';

const DISHES = graphql(`
  query Dishes(
    $search: String
    $filter: DishFilter
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    dishes(
      search: $search
      filter: $filter
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      edges {
        cursor
        node {
          id
          ...DishCard
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
`);

/** The dishes that fit an address, from where its cursor says. Needs `listOf(address)` as key. */
export function DishList({ address }: { address: Address }) {
  const { words, format } = useLanguage();
  const [from, setFrom] = useState(address.from);
  const list = useRef<HTMLUListElement>(null);
  const { data, error, refetch, fetchMore } = useQuery(DISHES, {
    variables: {
      search: address.search || undefined,
      filter: dishFilter(address),
      ...startPage(from),
    },
  });
  const dishes = data?.dishes;
  useScrollCursor(list, dishes, from);

  // A cursor out of an old link may belong to an ordering of the past: start at the top then.
  const isCursorRefused = !!from && !!error && failureOf(error).code === 'BAD_USER_INPUT';
  useEffect(() => {
    if (!isCursorRefused) return;
    setFrom(undefined);
    go({ from: undefined }, { replace: true });
  }, [isCursorRefused]);

  if (!dishes) {
    if (error && !isCursorRefused) return <Failed error={error} retry={() => void refetch()} />;
    return <Skeletons count={9} shape="card" />;
  }
  return (
    <>
      <p className={styles.count} role="status">
        {words.dishCount(dishes.totalCount, format.count(dishes.totalCount))}
      </p>
      {!dishes.totalCount && <Empty text={words.noDishFound} />}
      <PagedList connection={dishes} fetchMore={(page) => fetchMore({ variables: page })}>
        {({ edges }) => (
          <ul className="cards" ref={list}>
            {edges.map(({ node }) => (
              <li key={node.id}>
                <DishCard dish={node} />
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </>
  );
}
