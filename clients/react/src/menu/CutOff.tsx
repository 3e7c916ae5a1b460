import { Clock } from 'lucide-react';
import { useLanguage } from '../language/language';
import styles from './CutOff.module.css';

interface CutOffProps {
  acceptsOrdersUntil?: string | null;
  lateTrayUntil?: string | null;
  timeZone: string;
  now: string;
}

/** Until when this meal can be ordered, by the server's clock in the hospital's time zone. */
export function CutOff({ acceptsOrdersUntil, lateTrayUntil, timeZone, now }: CutOffProps) {
  const { words, format } = useLanguage();
  if (!acceptsOrdersUntil) return null;
  const isAhead = (moment: string) => Date.parse(moment) > Date.parse(now);
  let text = words.ordersClosed;
  if (isAhead(acceptsOrdersUntil)) text = words.orderUntil(format.time(acceptsOrdersUntil, timeZone));
  else if (lateTrayUntil && isAhead(lateTrayUntil)) {
    text = words.lateTrayUntil(format.time(lateTrayUntil, timeZone));
  }
  return (
    <p className={styles.cutOff}>
      <Clock aria-hidden />
      {text}
    </p>
  );
}
