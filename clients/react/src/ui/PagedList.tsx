import type { ErrorLike } from '@apollo/client';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useLanguage } from '../language/language';
import { Failed } from './Failed';
import styles from './PagedList.module.css';

const PAGE = 24;

interface Connection<T> {
  edges: readonly { cursor: string; node: T }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor?: string | null;
    endCursor?: string | null;
  };
}

/** The arguments of a connection that say which page is meant. */
export interface Page {
  first?: number | undefined;
  after?: string | undefined;
  last?: number | undefined;
  before?: string | undefined;
}

/** The page with which a list starts: its first, or the one that follows a cursor. */
export const startPage = (after?: string): Page => ({ first: PAGE, after });

/** Where an element is in the document, wherever that is scrolled to. */
const topOf = (element: Element) => element.getBoundingClientRect().top + window.scrollY;

type Direction = 'next' | 'previous';

interface PagedListProps<T> {
  connection: Connection<T>;
  fetchMore: (page: Page) => Promise<{ error?: ErrorLike | undefined }>;
  children: (connection: Connection<T>) => ReactNode;
}

/**
 * A list that grows at both ends as they come near the screen. What is on the screen stays where
 * it is when something is put above it: Safari has no scroll anchoring, so it is done here.
 */
export function PagedList<T>({ connection, fetchMore, children }: PagedListProps<T>) {
  const { edges, pageInfo } = connection;
  const [isLoading, setLoading] = useState<Direction>();
  const [failure, setFailure] = useState<{ direction: Direction; error: ErrorLike }>();
  const content = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ item: Element; top: number }>(undefined);
  const firstCursor = edges[0]?.cursor;

  async function load(direction: Direction) {
    setLoading(direction);
    setFailure(undefined);
    const { startCursor, endCursor } = pageInfo;
    const page: Page =
      direction === 'next'
        ? { first: PAGE, after: endCursor ?? undefined, last: undefined, before: undefined }
        : { first: undefined, after: undefined, last: PAGE, before: startCursor ?? undefined };
    try {
      const item = content.current?.querySelector('li');
      if (direction === 'previous' && item) anchor.current = { item, top: topOf(item) };
      const { error } = await fetchMore(page);
      if (error) setFailure({ direction, error });
    } catch (error) {
      setFailure({ direction, error: error as ErrorLike });
    } finally {
      setLoading(undefined);
    }
  }

  useLayoutEffect(() => {
    if (!anchor.current) return;
    const { item, top } = anchor.current;
    anchor.current = undefined;
    if (item.isConnected) window.scrollBy({ top: topOf(item) - top, behavior: 'instant' });
  }, [firstCursor]);

  const end = (direction: Direction) => {
    if (failure?.direction === direction) {
      return <Failed error={failure.error} retry={() => void load(direction)} />;
    }
    const key = `${direction} ${edges.length}`; // after each page it is looked at again
    return <End key={key} direction={direction} isBusy={!!isLoading} load={() => void load(direction)} />;
  };
  return (
    <div className={styles.list} aria-busy={!!isLoading}>
      {pageInfo.hasPreviousPage && end('previous')}
      <div ref={content}>{children(connection)}</div>
      {pageInfo.hasNextPage && end('next')}
    </div>
  );
}

/** An end of what is loaded: a button for the keyboard that presses itself when it comes near. */
function End(props: { direction: Direction; isBusy: boolean; load: () => void }) {
  const { words } = useLanguage();
  const button = useRef<HTMLButtonElement>(null);
  const { direction, isBusy, load } = props;
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });

  useEffect(() => {
    if (isBusy || !button.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && latest.current(),
      { rootMargin: '600px 0px' },
    );
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [isBusy]);

  return (
    <button ref={button} type="button" className={styles.end} aria-disabled={isBusy} onClick={() => !isBusy && load()}>
      {isBusy ? words.loading : direction === 'next' ? words.showMore : words.showEarlier}
    </button>
  );
}
