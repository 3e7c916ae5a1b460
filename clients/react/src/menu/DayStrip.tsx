import { useEffect, useRef } from 'react';
import { useLanguage } from '../language/language';
import { go } from '../useAddress';
import styles from './DayStrip.module.css';

interface DayStripProps {
  days: string[];
  day: string;
  today: string;
}

export function DayStrip({ days, day, today }: DayStripProps) {
  const { words, format } = useLanguage();
  const chosen = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [day]);
  return (
    <nav className={styles.strip} aria-label={words.day}>
      {days.map((one) => (
        <button
          key={one}
          ref={one === day ? chosen : null}
          type="button"
          aria-current={one === day ? 'date' : undefined}
          aria-label={one === today ? `${words.today}, ${format.longDay(one)}` : format.longDay(one)}
          onClick={() => go({ day: one === today ? undefined : one })}
        >
          <span>{one === today ? words.today : format.weekday(one)}</span>
          <strong>{format.dayAndMonth(one)}</strong>
        </button>
      ))}
    </nav>
  );
}
