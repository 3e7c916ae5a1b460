import { useFragment, useQuery } from '@apollo/client/react';
import { ChefHat } from 'lucide-react';
import { graphql } from '../graphql/generated';
import { label, useLanguage } from '../language/language';
import { Empty } from '../ui/Empty';
import { Failed } from '../ui/Failed';
import { Sheet } from '../ui/Sheet';
import { Skeletons } from '../ui/Skeletons';
import { leave } from '../useAddress';
import { AllergenTable } from './AllergenTable';
import styles from './DishDetails.module.css';
import { DishPicture } from './DishPicture';
import { NutritionTable } from './NutritionTable';
import { TextureScale } from './TextureScale';

const DISH = graphql(`
  query Dish($id: ID!) {
    node(id: $id) {
      __typename
      ... on Dish {
        id
        name
        description
        category
        diets
        additives
        ingredients
        kitchen {
          id
          name
        }
        photo {
          url
          width
          height
        }
        texture {
          ...TextureScale
        }
        nutrition {
          ...NutritionTable
        }
        ...AllergenTable
      }
    }
  }
`);

const DISH_NAME = graphql(`
  fragment DishName on Dish {
    name
  }
`);

const close = () => leave({ dish: undefined });

export function DishDetails({ id }: { id: string }) {
  const { words } = useLanguage();
  const { data, loading, error, refetch } = useQuery(DISH, { variables: { id } });
  // The list from which somebody came knows the name already.
  const known = useFragment({ fragment: DISH_NAME, from: { __typename: 'Dish', id } });
  const dish = data?.node?.__typename === 'Dish' ? data.node : undefined;
  const additives = dish?.additives.map((one) => label(words.additives, one)) ?? [];
  const ingredients = dish?.ingredients.map((one) => label(words.ingredients, one)) ?? [];
  const others = [...ingredients, ...additives];

  let content = <Skeletons count={4} shape="line" />;
  if (error && !dish) content = <Failed error={error} retry={() => void refetch()} />;
  else if (!dish && !loading) content = <Empty text={words.noSuchDish} />;
  else if (dish) {
    content = (
      <>
        <DishPicture category={dish.category} photo={dish.photo} size="large" />
        <p className={styles.kind}>{label(words.categories, dish.category)}</p>
        {dish.description && <p className={styles.description}>{dish.description}</p>}
        {dish.diets.length > 0 && (
          <ul className={styles.chips} aria-label={words.dietsToFit}>
            {dish.diets.map((diet) => (
              <li key={diet}>{label(words.diets, diet)}</li>
            ))}
          </ul>
        )}
        <AllergenTable dish={dish} />
        {dish.nutrition && <NutritionTable nutrition={dish.nutrition} />}
        {dish.texture && <TextureScale texture={dish.texture} />}
        {others.length > 0 && (
          <section className={styles.section}>
            <h3>{words.declared}</h3>
            <p>{others.join(', ')}</p>
          </section>
        )}
        <p className={styles.kitchen}>
          <ChefHat aria-hidden />
          {words.cookedBy(dish.kitchen.name)}
        </p>
      </>
    );
  }
  return (
    <Sheet title={dish?.name ?? known.data.name ?? words.loading} onClose={close}>
      {content}
    </Sheet>
  );
}
