import './workers';
import '@fontsource-variable/inter';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';

import { createRoot } from 'react-dom/client';

import { askPlaceholders } from './placeholders';
import { Playground } from './playground';
import { sharedHere } from './share';
import { openTabs } from './tabs';

const place = document.getElementById('playground');
if (!place) throw new Error('the page has no #playground');

// The editor is most of what is loaded: GraphiQL would ask for it only when it is shown.
void import('monaco-graphql/esm/monaco-editor.js');
// Without an answer the page opens all the same, and says itself that the server does not answer.
const known = await askPlaceholders().catch(() => ({}));
openTabs(known, sharedHere());
history.replaceState(null, '', location.pathname);
// Somebody follows a link to another operation while the page is open.
addEventListener('hashchange', () => location.reload());
createRoot(place).render(<Playground known={known} />);
