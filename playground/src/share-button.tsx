// Shares the operation in the editor: its link goes to the clipboard and the address bar.

import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';

import { linkTo } from './share';

export function ShareButton() {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const [said, say] = useState('');
  useEffect(() => {
    const soon = setTimeout(() => say(''), 3000);
    return () => clearTimeout(soon);
  }, [said]);
  const share = async () => {
    const query = queryEditor?.getValue() ?? '';
    const link = linkTo({ query, variables: variableEditor?.getValue() ?? null });
    history.replaceState(null, '', link);
    // The clipboard is closed to pages that came over plain HTTP from another machine.
    const isCopied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    say(isCopied ? 'Link copied' : 'Link in the address bar');
  };
  return (
    <>
      <ToolbarButton label="Share a link to this operation" onClick={() => void share()}>
        <ShareIcon />
      </ToolbarButton>
      <span role="status" className="share-said">
        {said}
      </span>
    </>
  );
}

function ShareIcon() {
  return (
    <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3" />
      <path d="M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3" />
    </svg>
  );
}
