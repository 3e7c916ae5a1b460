import { CircleAlert } from 'lucide-react';
import { graphql, readFragment, type FragmentType } from '../graphql/generated';
import { label, useLanguage } from '../language/language';
import styles from './AllergenLine.module.css';
import { declared, type Declared } from './allergens';

const ALLERGEN_LINE = graphql(`
  fragment AllergenLine on Dish {
    allergensDeclared
    allergens {
      allergen
      group
      presence
    }
  }
`);

/** The allergens of a dish in a line or two. Nothing known is never shown as free from anything. */
export function AllergenLine({ dish }: { dish: FragmentType<typeof ALLERGEN_LINE> }) {
  const { words } = useLanguage();
  const { allergensDeclared, allergens } = readFragment(ALLERGEN_LINE, dish);
  if (!allergensDeclared) {
    return (
      <p className={`${styles.line} ${styles.unknown}`}>
        <CircleAlert aria-hidden />
        <strong>{words.notDeclared}</strong>
      </p>
    );
  }
  const name = ({ group, species }: Declared) => {
    const title = label(words.allergens, group);
    if (!species.length) return title;
    return `${title} (${species.map((one) => label(words.allergens, one)).join(', ')})`;
  };
  const line = (presence: 'CONTAINS' | 'MAY_CONTAIN', title: string, style?: string) => {
    const names = declared(allergens, presence).map(name);
    return (
      names.length > 0 && (
        <p className={`${styles.line} ${style}`}>
          <strong>{title}</strong> {names.join(', ')}
        </p>
      )
    );
  };
  return (
    <>
      {line('CONTAINS', words.contains, styles.contains)}
      {line('MAY_CONTAIN', words.mayContain, styles.may)}
      {!allergens.length && <p className={styles.line}>{words.noAllergens}</p>}
    </>
  );
}
