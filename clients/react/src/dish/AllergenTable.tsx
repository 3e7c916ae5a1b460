import { CircleAlert } from 'lucide-react';
import { graphql, readFragment, type FragmentType } from '../graphql/generated';
import type { Presence } from '../graphql/generated/graphql';
import { label, useLanguage } from '../language/language';
import styles from './AllergenTable.module.css';
import { declared } from './allergens';
import section from './DishDetails.module.css';

const ALLERGEN_TABLE = graphql(`
  fragment AllergenTable on Dish {
    allergensDeclared
    allergens {
      allergen
      group
      presence
    }
  }
`);

export function AllergenTable({ dish }: { dish: FragmentType<typeof ALLERGEN_TABLE> }) {
  const { words } = useLanguage();
  const { allergensDeclared, allergens } = readFragment(ALLERGEN_TABLE, dish);

  const row = (presence: Presence, title: string, style?: string) => {
    const groups = declared(allergens, presence);
    if (!groups.length) return null;
    return (
      <div className={`${styles.row} ${style}`}>
        <dt>{title}</dt>
        <dd>
          {groups.map(({ group, species }) => (
            <span key={group}>
              <strong>{label(words.allergens, group)}</strong>
              {species.length > 0 && ` ${species.map((one) => label(words.allergens, one)).join(', ')}`}
            </span>
          ))}
        </dd>
      </div>
    );
  };
  return (
    <section className={section.section}>
      <h3>{words.allergensOf}</h3>
      {!allergensDeclared && (
        <p className={styles.unknown}>
          <CircleAlert aria-hidden />
          <span>
            <strong>{words.notDeclared}.</strong> {words.notDeclaredHint}
          </span>
        </p>
      )}
      {allergensDeclared && !allergens.length && <p>{words.noAllergens}</p>}
      {allergens.length > 0 && (
        <dl className={styles.table}>
          {row('CONTAINS', words.contains, styles.contains)}
          {row('MAY_CONTAIN', words.mayContain, styles.may)}
        </dl>
      )}
    </section>
  );
}
