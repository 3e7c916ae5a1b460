import { CloudOff } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useLanguage } from '../language/language';
import styles from './OfflineNotice.module.css';

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

export function OfflineNotice() {
  const { words } = useLanguage();
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div className={styles.place} role="status">
      {!isOnline && (
        <p className={styles.notice}>
          <CloudOff aria-hidden />
          <span>
            <strong>{words.offline}</strong> {words.offlineHint}
          </span>
        </p>
      )}
    </div>
  );
}
