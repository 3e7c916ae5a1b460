import { X } from 'lucide-react';
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useLanguage } from '../language/language';
import styles from './Sheet.module.css';

interface SheetProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  /** What stays in sight at the bottom, such as the button that most people look for. */
  footer?: ReactNode;
}

/** A modal panel: at the side of a tablet, from the bottom of a phone. */
export function Sheet({ title, onClose, children, footer }: SheetProps) {
  const { words } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Before the element goes: closing is what gives the focus back to where it came from.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      className={styles.sheet}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault(); // the page decides what is open
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className={styles.panel}>
        <header className={styles.header}>
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="round" aria-label={words.close} onClick={onClose}>
            <X aria-hidden />
          </button>
        </header>
        <div className={styles.body} tabIndex={0} role="group" aria-labelledby={titleId}>
          {children}
        </div>
        {footer && <footer className={styles.footer}>{footer}</footer>}
      </div>
    </dialog>
  );
}
