// A list that grows in both directions, as a component of an application would have it.

import { usePaginationFragment, useLazyLoadQuery } from 'react-relay';
import { graphql } from './graphql';
import list from './__generated__/dishes_list.graphql';
import type { dishes_list$key } from './__generated__/dishes_list.graphql';
import type { dishesPageQuery } from './__generated__/dishesPageQuery.graphql';
import query from './__generated__/dishesQuery.graphql';
import type { dishesQuery } from './__generated__/dishesQuery.graphql';

graphql`
  query dishesQuery($first: Int, $after: String, $last: Int, $before: String) {
    ...dishes_list @arguments(first: $first, after: $after, last: $last, before: $before)
  }
`;

graphql`
  fragment dishes_list on Query
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  )
  @refetchable(queryName: "dishesPageQuery") {
    dishes(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "dishes_dishes") {
      edges {
        cursor
        node {
          id
          name
        }
      }
    }
  }
`;

function useList(from: dishes_list$key) {
  return usePaginationFragment<dishesPageQuery, dishes_list$key>(list, from);
}

export type List = ReturnType<typeof useList>;

export function Dishes(props: { page: dishesQuery['variables']; seen: (list: List) => void }) {
  props.seen(useList(useLazyLoadQuery<dishesQuery>(query, props.page)));
  return null;
}
