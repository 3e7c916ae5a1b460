import type { ReactNode } from 'react';
import { graphql, readFragment, type FragmentType } from '../graphql/generated';
import { label, useLanguage } from '../language/language';
import { go } from '../useAddress';
import { AllergenLine } from './AllergenLine';
import styles from './DishCard.module.css';
import { DishPicture } from './DishPicture';

export const DISH_CARD = graphql(`
  fragment DishCard on Dish {
    id
    name
    description
    category
    diets
    nutrition {
      energyKcal
    }
    photo {
      url
      width
      height
    }
    ...AllergenLine
  }
`);

interface DishCardProps {
  dish: FragmentType<typeof DISH_CARD>;
  /** What the place where the card stands knows of the dish: its price on a menu, say. */
  children?: ReactNode;
}

export function DishCard({ dish, children }: DishCardProps) {
  const { words, format } = useLanguage();
  const card = readFragment(DISH_CARD, dish);
  const { id, name, description, category, diets, nutrition, photo } = card;
  const energy = nutrition?.energyKcal;
  const facts = diets.map((diet) => label(words.diets, diet));
  return (
    <article className={styles.frame}>
      <div className={styles.card}>
      <DishPicture category={category} photo={photo} size="small" />
      <div className={styles.words}>
        <h3>
          <button type="button" aria-haspopup="dialog" onClick={() => go({ dish: id })}>
            {name}
          </button>
        </h3>
        {description && <p className={styles.description}>{description}</p>}
      </div>
      <div className={styles.facts}>
        {facts.length > 0 && <p className={styles.diets}>{facts.join(' · ')}</p>}
        <AllergenLine dish={card} />
      </div>
      <p className={styles.aside}>
        {children}
        {energy != null && <span className={styles.energy}>{format.kilocalories(energy)}</span>}
      </p>
      </div>
    </article>
  );
}
