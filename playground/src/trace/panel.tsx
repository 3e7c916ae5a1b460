// What an answer cost: the statements large, each batch on a time line, the cost beside.

import { useGraphiQL } from '@graphiql/react';
import { useMemo } from 'react';

import { CostMeter } from './cost';
import { counted } from './numbers';
import { readFigures, type Figures, type Trace } from './read';
import { SqlSwitch } from './sql';
import { Legend, Timeline } from './timeline';
import './trace.css';

export function TracePanel() {
  const answer = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.response);
  const isFetching = useGraphiQL((state) => state.isFetching);
  const figures = useMemo(() => readFigures(answer), [answer]);
  return (
    <section className="trace" aria-label="What it cost" aria-busy={isFetching}>
      <div className="trace-top">
        {figures?.trace ? <Statements trace={figures.trace} /> : <p className="trace-nothing">{whyNothing(figures)}</p>}
        {figures?.cost && <CostMeter cost={figures.cost} />}
      </div>
      {figures?.trace && (
        <>
          <Timeline trace={figures.trace} />
          <div className="trace-bottom">
            <Legend />
            <SqlSwitch />
          </div>
        </>
      )}
    </section>
  );
}

function whyNothing(figures: Figures | null): string {
  if (!figures) return 'Run the operation: here you see each SQL statement that it costs.';
  if (!figures.cost) return 'The operation did not run, so it cost no statement.';
  return 'This server shows its statements in development only (THALI_ENV=development).';
}

function Statements({ trace }: { trace: Trace }) {
  const loads = trace.batches.reduce((sum, batch) => sum + batch.loads, 0);
  return (
    <p className="trace-statements">
      <strong>{trace.sqlStatements}</strong>
      <span>
        <b>SQL {trace.sqlStatements === 1 ? 'statement' : 'statements'}</b>
        for {counted(loads, 'lookup', 'lookups')},{' '}
        {counted(trace.rowsRead, 'row', 'rows')} read
      </span>
    </p>
  );
}
