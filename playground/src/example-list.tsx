// The examples beside the editor: each with its sentence, one click from its tab.

import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { useContext } from 'react';

import { examples, type Example } from './examples';
import { fill } from './placeholders';
import { Known } from './known';

function ExampleList() {
  const active = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query);
  const open = useOpen();
  return (
    <section aria-label="Examples" className="examples">
      <header>Examples</header>
      <p>What apps ask for, on the demo data. The number says how many SQL statements each costs, with any amount of data.</p>
      <ul>
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" aria-current={active === example.query} onClick={() => open(example)}>
              <b>{example.name}</b>
              <span className="examples-cost" title="SQL statements">
                {example.statements}
                <span className="visually-hidden"> SQL statements.</span>
              </span>
              <span className="examples-sentence">{example.sentence}</span>
            </button>
          </li>
        ))}
      </ul>
      <p>
        The whole API as text: <a href="/schema.graphql">schema.graphql</a>
      </p>
    </section>
  );
}

/** Goes to the tab of an example; opens one when it was closed or changed. */
function useOpen() {
  const known = useContext(Known);
  const { addTab, changeTab } = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  return ({ query, variables }: Example) => {
    const index = tabs.findIndex((tab) => tab.query === query);
    if (index >= 0) {
      changeTab(index);
      return;
    }
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(fill(variables, known) ?? '');
  };
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <circle cx="12" cy="12" r="9.5" />
      <circle cx="12" cy="7.5" r="2" />
      <circle cx="16.2" cy="11" r="2" />
      <circle cx="14.6" cy="15.8" r="2" />
      <circle cx="9.4" cy="15.8" r="2" />
      <circle cx="7.8" cy="11" r="2" />
    </svg>
  );
}

export const EXAMPLES: GraphiQLPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExampleList };
