// The example operations: the files that the tests run, as they are.

import { parse, type OperationDefinitionNode } from 'graphql';

export interface Example {
  /** The operation's name. */
  name: string;
  /** What it is for, in one sentence. */
  sentence: string;
  /** SQL statements that it costs with any amount of data, as the tests know. */
  statements: number;
  query: string;
  /** As JSON, with placeholders; nothing if every variable has a default. */
  variables: string | null;
}

const queries = import.meta.glob<string>('../../tests/operations/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const variables = import.meta.glob<string>('../../tests/operations/*.variables.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Those that a newcomer should see first; the rest follows by name. */
const FIRST = ['SixEdges', 'TodaysMenu', 'WeekAtAGlance', 'SearchAsYouType'];

function read(path: string, text: string): Example {
  const [sentence = '', statements = ''] = text.split('\n');
  const isOperation = (node: { kind: string }): node is OperationDefinitionNode => node.kind === 'OperationDefinition';
  const operation = parse(text).definitions.find(isOperation);
  return {
    name: operation?.name?.value ?? path,
    sentence: sentence.replace('# ', ''),
    statements: Number(statements.replace('# statements: ', '')),
    query: text.trimEnd(),
    variables: variables[path.replace('.graphql', '.variables.json')]?.trim() ?? null,
  };
}

const rank = ({ name }: Example) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

export const examples: readonly Example[] = Object.entries(queries)
  .map(([path, text]) => read(path, text))
  .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
