import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import { go } from '../useAddress';

/** Below the bar that stays at the top of the page. */
const READING_LINE = 180;

interface Connection {
  edges: readonly { cursor: string }[];
  pageInfo: { hasPreviousPage: boolean };
}

/**
 * Keeps the place in a list in the address: the cursor before the first item on the screen.
 * When the list comes back, from the server or from the cache, it is scrolled there.
 */
export function useScrollCursor(
  list: RefObject<HTMLElement | null>,
  connection: Connection | undefined,
  from: string | undefined,
): void {
  const isPlaced = useRef(false);
  const edges = connection?.edges;
  const hasPreviousPage = connection?.pageInfo.hasPreviousPage;
  // The item before that place must be there first: in a list that was opened in its middle it
  // comes with the page above.
  useLayoutEffect(() => {
    if (!from || !edges || isPlaced.current) return;
    const before = edges.findIndex(({ cursor }) => cursor === from);
    const item = list.current?.children[before + 1];
    if (before < 0 || !item) return;
    isPlaced.current = true;
    const top = item.getBoundingClientRect().top + window.scrollY - READING_LINE;
    window.scrollTo({ top, behavior: 'instant' });
  }, [edges, from, list]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const remember = () => {
      const items = [...(list.current?.children ?? [])];
      const seen = items.findIndex((item) => item.getBoundingClientRect().bottom > READING_LINE);
      if (!edges || seen < 0) return;
      if (seen === 0 && hasPreviousPage) return; // the cursor that the list started at still holds
      go({ from: edges[seen - 1]?.cursor }, { replace: true });
    };
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(remember, 300);
    };
    onScroll(); // what was scrolled while a page came in
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('scroll', onScroll);
    };
  }, [edges, hasPreviousPage, list]);
}
