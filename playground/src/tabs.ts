// The tabs with which the page opens, left where GraphiQL looks for those of the last visit.

import { examples } from './examples';
import { fill, type Placeholders } from './placeholders';
import type { Shared } from './share';

/** A tab as GraphiQL stores it. */
interface Tab {
  id: string;
  title: string;
  query: string | null;
  variables: string | null;
  headers: string | null;
  operationName: string | null;
  response: null;
}

interface Tabs {
  tabs: Tab[];
  activeTabIndex: number;
}

const TABS = 'graphiql:tabState';
const FILLED = 'thali:placeholders';

/** Decides the tabs: every example, or what was left of them; and the shared operation in front. */
export function openTabs(known: Placeholders, shared: Shared | null): void {
  const before = stored<Placeholders>(FILLED) ?? {};
  const left = stored<Tabs>(TABS);
  const { tabs, activeTabIndex } = left?.tabs?.length
    ? { ...left, tabs: left.tabs.map((tab) => renewed(tab, before, known)) }
    : { activeTabIndex: 0, tabs: examples.map(({ query, variables }) => tab(query, fill(variables, known))) };
  const active = shared ? shownIn(tabs, shared) : activeTabIndex;
  localStorage.setItem(TABS, JSON.stringify({ tabs, activeTabIndex: active } satisfies Tabs));
  // GraphiQL takes the active tab for the one with the contents that the editors had last.
  localStorage.setItem('graphiql:query', tabs[active]?.query ?? '');
  localStorage.setItem('graphiql:variables', tabs[active]?.variables ?? '');
  localStorage.setItem(FILLED, JSON.stringify(known));
}

/** What the last visit left; what cannot be read counts as nothing. */
function stored<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

function tab(query: string, variables: string | null): Tab {
  const title = /^\s*(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? null;
  return {
    id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
    title: title ?? '<untitled>',
    query,
    variables,
    headers: null,
    operationName: title,
    response: null,
  };
}

/** An example that nobody changed gets today's date and ids of today. */
function renewed(tab: Tab, before: Placeholders, known: Placeholders): Tab {
  const example = examples.find(({ query }) => query === tab.query);
  const isUnchanged = example?.variables && tab.variables === fill(example.variables, before);
  return isUnchanged ? { ...tab, variables: fill(example.variables, known) } : tab;
}

/** The place of the tab with `shared`, which is added if there is none. */
function shownIn(tabs: Tab[], { query, variables }: Shared): number {
  const index = tabs.findIndex((tab) => tab.query === query && (tab.variables ?? '') === (variables ?? ''));
  return index >= 0 ? index : tabs.push(tab(query, variables)) - 1;
}
