import {
  Apple,
  CakeSlice,
  Carrot,
  CookingPot,
  CupSoda,
  EggFried,
  Salad,
  Soup,
  type LucideIcon,
} from 'lucide-react';
import { useState } from 'react';
import type { DishCategory } from '../graphql/generated/graphql';
import styles from './DishPicture.module.css';

const ICONS: Record<DishCategory, LucideIcon> = {
  BREAKFAST: EggFried,
  SOUP: Soup,
  MAIN: CookingPot,
  SIDE: Carrot,
  SALAD: Salad,
  DESSERT: CakeSlice,
  SNACK: Apple,
  DRINK: CupSoda,
};

interface DishPictureProps {
  category: DishCategory;
  photo?: { url: string; width: number; height: number } | null | undefined;
  size: 'small' | 'large';
}

/** The photo of a dish; the sign of its category where there is none or it cannot be had. */
export function DishPicture({ category, photo, size }: DishPictureProps) {
  const [failed, setFailed] = useState<string>();
  if (photo && failed !== photo.url) {
    return (
      <img
        className={`${styles.photo} ${styles[size]}`}
        src={photo.url}
        width={photo.width}
        height={photo.height}
        alt=""
        loading="lazy"
        onError={() => setFailed(photo.url)}
      />
    );
  }
  if (size === 'large') return null;
  const Icon = ICONS[category] ?? CookingPot;
  return (
    <span className={`${styles.sign} ${styles[size]}`} data-category={category}>
      <Icon aria-hidden />
    </span>
  );
}
