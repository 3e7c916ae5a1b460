import { DishCard } from '../dish/DishCard';
import { graphql, readFragment, type FragmentType } from '../graphql/generated';
import { useLanguage } from '../language/language';
import styles from './MenuItemCard.module.css';

const MENU_ITEM_CARD = graphql(`
  fragment MenuItemCard on MenuItem {
    price {
      formatted(locale: $locale)
    }
    priceByWeight {
      perUnit {
        formatted(locale: $locale)
      }
      unit
    }
    availability {
      remaining
    }
    dish {
      id
      ...DishCard
    }
  }
`);

/** From how many portions on it is worth saying how many are left. */
const FEW = 10;

export function MenuItemCard({ item }: { item: FragmentType<typeof MENU_ITEM_CARD> }) {
  const { words, format } = useLanguage();
  const { price, priceByWeight, availability, dish } = readFragment(MENU_ITEM_CARD, item);
  const remaining = availability?.remaining;
  return (
    <DishCard dish={dish}>
      {price && <strong className={styles.price}>{price.formatted}</strong>}
      {!price && <span className={styles.none}>{words.noPrice}</span>}
      {priceByWeight && (
        <span>{words.perUnit(priceByWeight.perUnit.formatted, priceByWeight.unit)}</span>
      )}
      {remaining === 0 && <span className={styles.gone}>{words.soldOut}</span>}
      {remaining != null && remaining > 0 && remaining <= FEW && (
        <span className={styles.few}>{words.portionsLeft(format.count(remaining))}</span>
      )}
    </DishCard>
  );
}
