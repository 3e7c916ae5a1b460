// The page: GraphiQL with the examples beside it and the trace below the answer.

import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { useGraphiQL, useMonaco } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect } from 'react';

import { EXAMPLES } from './example-list';
import { fetcher } from './fetcher';
import icon from './icon.svg';
import { Known } from './known';
import type { Placeholders } from './placeholders';
import { ShareButton } from './share-button';
import { defineThemes } from './theme';
import { TracePanel } from './trace/panel';

const PLUGINS = [EXAMPLES, HISTORY_PLUGIN];
const isWide = matchMedia('(min-width: 64rem)').matches;

export function Playground({ known }: { known: Placeholders }) {
  return (
    <Known value={known}>
      <GraphiQL fetcher={fetcher} plugins={PLUGINS} visiblePlugin={isWide ? EXAMPLES : undefined} inputValueDeprecation defaultEditorToolsVisibility>
        <GraphiQL.Logo>
          <a href="/schema.graphql">schema.graphql</a>
          <b>
            <img src={icon} alt="" width="20" height="20" /> Thali
          </b>
        </GraphiQL.Logo>
        <GraphiQL.Toolbar>
          {({ prettify, copy, merge }) => (
            <>
              {prettify}
              {merge}
              {copy}
              <ShareButton />
            </>
          )}
        </GraphiQL.Toolbar>
        <GraphiQL.Footer>
          <TracePanel />
        </GraphiQL.Footer>
        <Comfort />
      </GraphiQL>
    </Known>
  );
}

/** Small things that GraphiQL leaves out. */
function Comfort() {
  const monaco = useMonaco((state) => state.monaco);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const tabs = useGraphiQL((state) => state.tabs);
  const active = useGraphiQL((state) => state.activeTabIndex);
  useEffect(() => monaco && defineThemes(monaco.editor.defineTheme), [monaco]);
  // The first line of an example is a sentence: nobody should have to scroll for its end.
  useEffect(() => queryEditor?.updateOptions({ wordWrap: 'on' }), [queryEditor]);
  useEffect(() => {
    document.getElementById(`graphiql-session-tab-${active}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);
  useEffect(describeTabs, [tabs, active]);
  return null;
}

/** GraphiQL's tabs hold buttons, which tabs may not: to a screen reader they become a list of buttons. */
function describeTabs() {
  for (const part of document.querySelectorAll('.graphiql-tabs, .graphiql-tab')) {
    part.removeAttribute('role');
    part.removeAttribute('aria-selected');
  }
  for (const button of document.querySelectorAll('.graphiql-tab-button')) {
    button.setAttribute('aria-current', String(button.parentElement?.classList.contains('graphiql-tab-active')));
  }
}
