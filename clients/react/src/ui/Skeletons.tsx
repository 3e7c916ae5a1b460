import { useLanguage } from '../language/language';
import styles from './Skeletons.module.css';

/** The shape of what is being loaded; it appears only when that takes a moment. */
export function Skeletons({ count, shape }: { count: number; shape: 'card' | 'row' | 'line' }) {
  const { words } = useLanguage();
  return (
    <div className={styles[`${shape}s`]} role="status">
      <span className="unseen">{words.loading}</span>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={`${styles.bone} ${styles[shape]}`} aria-hidden>
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}
