// How the page asks: with the trace, and only for what is in the editor.

import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { parse } from 'graphql';

import { traceAsked } from './trace/sql';

const fetchGraphQl = createGraphiQLFetcher({ url: '/graphql' });

export const fetcher: Fetcher = ({ operationName, ...params }, options) =>
  fetchGraphQl(hasSeveral(params.query) ? { operationName, ...params } : params, {
    ...options,
    headers: { 'X-Thali-Trace': traceAsked(), ...options?.headers },
  });

// For a tenth of a second after a change GraphiQL still has the name of the operation before;
// where there is only one it need not be named.
function hasSeveral(query: string): boolean {
  try {
    return parse(query).definitions.filter(({ kind }) => kind === 'OperationDefinition').length > 1;
  } catch {
    return false; // the server says what is wrong with it
  }
}
