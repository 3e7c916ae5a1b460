import { graphql, readFragment, type FragmentType } from '../graphql/generated';
import { useLanguage } from '../language/language';
import section from './DishDetails.module.css';
import styles from './NutritionTable.module.css';

const NUTRITION_TABLE = graphql(`
  fragment NutritionTable on Nutrition {
    portionG
    energyKcal
    proteinG
    carbohydrateG
    fatG
    saltG
  }
`);

export function NutritionTable({ nutrition }: { nutrition: FragmentType<typeof NUTRITION_TABLE> }) {
  const { words, format } = useLanguage();
  const { portionG, energyKcal, proteinG, carbohydrateG, fatG, saltG } = readFragment(
    NUTRITION_TABLE,
    nutrition,
  );
  const grams = (value?: number | null) => (value == null ? '–' : format.grams(value));
  const rows = [
    [words.energy, energyKcal == null ? '–' : format.kilocalories(energyKcal)],
    [words.protein, grams(proteinG)],
    [words.carbohydrate, grams(carbohydrateG)],
    [words.fat, grams(fatG)],
    [words.salt, grams(saltG)],
  ];
  return (
    <section className={section.section}>
      <h3>
        {words.nutrition}
        <small>
          {portionG == null ? words.perPortionUnknown : words.perPortion(format.grams(portionG))}
        </small>
      </h3>
      <dl className={styles.table}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
