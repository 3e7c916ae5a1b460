import { LANGUAGES, useLanguage } from '../language/language';
import styles from './LanguageSwitch.module.css';

export function LanguageSwitch() {
  const { words, choose } = useLanguage();
  return (
    <div className={styles.switch} role="group" aria-label={words.language}>
      {LANGUAGES.map(({ locale, name }) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          aria-label={name}
          aria-pressed={locale === words.locale}
          onClick={() => choose(locale)}
        >
          {locale.slice(0, 2).toUpperCase()}
        </button>
      ))}
    </div>
  );
}
