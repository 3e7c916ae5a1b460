import { graphql, readFragment, type FragmentType } from '../graphql/generated';
import { useLanguage } from '../language/language';
import section from './DishDetails.module.css';
import styles from './TextureScale.module.css';

const TEXTURE_SCALE = graphql(`
  fragment TextureScale on Texture {
    scale
    level
    label
  }
`);

const LEVELS = { FOOD: [3, 4, 5, 6, 7], DRINK: [0, 1, 2, 3, 4] };

/** The level of a dish among those of its scale: foods and drinks have separate ones. */
export function TextureScale({ texture }: { texture: FragmentType<typeof TEXTURE_SCALE> }) {
  const { words } = useLanguage();
  const { scale, level, label } = readFragment(TEXTURE_SCALE, texture);
  return (
    <section className={section.section}>
      <h3>
        {words.texture}
        <small>{words.textureLevel(level)}</small>
      </h3>
      <p className={styles.label}>{label}</p>
      <div className={styles.scale} aria-hidden>
        {LEVELS[scale].map((one) => (
          <span key={one} className={one === level ? styles.here : ''}>
            {one}
          </span>
        ))}
      </div>
    </section>
  );
}
