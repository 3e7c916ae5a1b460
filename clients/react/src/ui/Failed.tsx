import type { ErrorLike } from '@apollo/client';
import { CloudOff, RotateCw, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { failureOf } from '../graphql/failure';
import { useLanguage } from '../language/language';
import styles from './Notice.module.css';

/** An error, in the API's words, and the way to try again. Tries by itself when the network is back. */
export function Failed({ error, retry }: { error: ErrorLike; retry: () => void }) {
  const { words } = useLanguage();
  const { kind, message, code, requestId } = failureOf(error);

  useEffect(() => {
    window.addEventListener('online', retry);
    return () => window.removeEventListener('online', retry);
  }, [retry]);

  const titles = { refused: words.failed, offline: words.offline, unreachable: words.unreachable };
  const Icon = kind === 'offline' ? CloudOff : TriangleAlert;
  return (
    <div className={styles.notice} role="alert">
      <Icon className={styles.icon} aria-hidden />
      <p className={styles.title}>{titles[kind]}</p>
      {message && <p className={styles.text}>{message}</p>}
      {(code || requestId) && (
        <p className={styles.facts}>
          {code && <span>{`${words.code} ${code}`}</span>}
          {requestId && <span>{`${words.request} ${requestId}`}</span>}
        </p>
      )}
      <button type="button" className="button" onClick={retry}>
        <RotateCw aria-hidden />
        {words.retry}
      </button>
    </div>
  );
}
