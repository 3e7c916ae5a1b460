import { Moon, Sun, Sunrise, type LucideIcon } from 'lucide-react';
import type { Meal } from '../graphql/generated/graphql';
import { label, useLanguage } from '../language/language';
import { go } from '../useAddress';
import styles from './MealTabs.module.css';

const ICONS: Record<Meal, LucideIcon> = { BREAKFAST: Sunrise, LUNCH: Sun, DINNER: Moon };

interface MealTabsProps {
  windows: readonly { meal: Meal; servedFrom: string; servedUntil: string }[];
  meal: Meal;
}

export function MealTabs({ windows, meal }: MealTabsProps) {
  const { words, format } = useLanguage();
  return (
    <nav className={styles.meals} aria-label={words.meal}>
      {windows.map((window) => {
        const Icon = ICONS[window.meal] ?? Sun;
        const times = [window.servedFrom, window.servedUntil].map(format.localTime);
        return (
          <button
            key={window.meal}
            type="button"
            aria-current={window.meal === meal ? 'true' : undefined}
            onClick={() => go({ meal: window.meal })}
          >
            <Icon aria-hidden />
            <span>
              <strong>{label(words.meals, window.meal)}</strong>
              <small>{times.join(' – ')}</small>
            </span>
          </button>
        );
      })}
    </nav>
  );
}
