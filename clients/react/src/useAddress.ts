import { useMemo, useSyncExternalStore } from 'react';
import { formatAddress, parseAddress, type Address } from './address';

const CHANGED = 'addresschange';

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

export function useAddress(): Address {
  const query = useSyncExternalStore(subscribe, () => window.location.search);
  return useMemo(() => parseAddress(query), [query]);
}

interface How {
  /** Change the current entry of the history instead of adding one. */
  replace?: boolean;
}

/** Changes parts of the address. */
export function go(change: Partial<Address>, { replace = false }: How = {}): void {
  const before = parseAddress(window.location.search);
  const after = { ...before, ...change };
  const isSamePlace = Object.keys(change).every((name) => name === 'from' || name === 'dish');
  if (!isSamePlace) after.from = change.from; // another list: its cursors are others
  const query = formatAddress(after);
  if (query === formatAddress(before)) return;
  if (replace) window.history.replaceState(window.history.state, '', query);
  else window.history.pushState({ fromHere: true }, '', query);
  window.dispatchEvent(new Event(CHANGED));
}

/** Closes what `go` opened: one step back if that is where it came from. */
export function leave(change: Partial<Address>): void {
  const state = window.history.state as { fromHere?: boolean } | null;
  if (state?.fromHere) window.history.back();
  else go(change, { replace: true });
}
