// An object that fetches itself anew by its id, and its kitchen's dishes through the same field.

import { useLazyLoadQuery, useRefetchableFragment } from 'react-relay';
import { graphql } from './graphql';
import details from './__generated__/dish_details.graphql';
import type { dish_details$key } from './__generated__/dish_details.graphql';
import type { dishAgainQuery } from './__generated__/dishAgainQuery.graphql';
import query from './__generated__/dishQuery.graphql';
import type { dishQuery } from './__generated__/dishQuery.graphql';

graphql`
  query dishQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...dish_details @alias(as: "dish")
    }
  }
`;

graphql`
  fragment dish_details on Dish
  @argumentDefinitions(kitchenDishes: { type: "Int", defaultValue: 1 })
  @refetchable(queryName: "dishAgainQuery") {
    name
    diets
    kitchen {
      dishes(first: $kitchenDishes) {
        nodes {
          name
        }
      }
    }
  }
`;

function useDetails(from: dish_details$key) {
  return useRefetchableFragment<dishAgainQuery, dish_details$key>(details, from);
}

export type Details = ReturnType<typeof useDetails>;

export function Dish(props: { id: string; seen: (details: Details) => void }) {
  const { node } = useLazyLoadQuery<dishQuery>(query, { id: props.id });
  if (!node?.dish) throw new Error(`no dish ${props.id}`);
  return <Seen dish={node.dish} seen={props.seen} />;
}

function Seen(props: { dish: dish_details$key; seen: (details: Details) => void }) {
  props.seen(useDetails(props.dish));
  return null;
}
