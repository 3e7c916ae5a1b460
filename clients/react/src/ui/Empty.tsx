import type { ReactNode } from 'react';
import styles from './Notice.module.css';

/** Says that there is nothing to show, and offers what helps. */
export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className={styles.notice}>
      <svg className={styles.plate} viewBox="0 0 64 64" aria-hidden>
        <circle cx="32" cy="32" r="28" />
        <circle cx="32" cy="32" r="19" />
      </svg>
      <p className={styles.text}>{text}</p>
      {children}
    </div>
  );
}
