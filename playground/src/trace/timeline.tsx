// One row per batch: which edge, how many lookups it answered, and when.

import type { CSSProperties } from 'react';

import { axis, count, counted, milliseconds } from './numbers';
import type { Batch, Trace } from './read';

const SOURCES = [
  { source: 'database', name: 'Database', meaning: 'asked with one SQL statement' },
  { source: 'redis', name: 'Redis', meaning: 'found in the shared cache' },
  { source: 'memory', name: 'Memory', meaning: 'found in the cache of this server' },
  { source: 'request', name: 'This request', meaning: 'known from a batch before' },
] as const;

export function Timeline({ trace }: { trace: Trace }) {
  const batches = trace.batches.toSorted((a, b) => a.at - b.at);
  const { end, ticks } = axis(Math.max(...batches.map(({ at, ms }) => at + ms), 0));
  return (
    <div className="timeline" role="region" aria-label="Batches" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Loader</th>
            <th scope="col">Lookups</th>
            <th scope="col">Keys</th>
            <th scope="col">Rows</th>
            <th scope="col" className="timeline-axis">
              <span className="visually-hidden">Milliseconds since the start</span>
              <span aria-hidden="true">
                {ticks.map((tick) => (
                  <i key={tick} style={{ left: share(tick, end) }}>
                    {tick}
                    {tick === ticks.at(-1) && ' ms'}
                  </i>
                ))}
              </span>
            </th>
          </tr>
        </thead>
        {batches.map((batch, index) => (
          <BatchRow key={index} batch={batch} end={end} ticks={ticks} />
        ))}
      </table>
    </div>
  );
}

/** SQL comes in one line: each clause gets its own. */
const inLines = (sql: string) => sql.replaceAll(/ (?=(?:FROM|INNER JOIN|LEFT JOIN|CROSS JOIN|WHERE|GROUP BY|ORDER BY|LIMIT)\b)/g, '\n');

interface Row {
  batch: Batch;
  /** Where the axis ends, in milliseconds. */
  end: number;
  ticks: number[];
}

const share = (ms: number, end: number) => `${(ms / end) * 100}%`;

/** Where a bar's time is written: on the side with more room, or on the bar if it leaves none. */
function labelled(at: number, ms: number, end: number): CSSProperties {
  const [before, after] = [at / end, 1 - (at + ms) / end];
  if (Math.max(before, after) < 0.3) return { left: share(at, end), color: 'hsl(var(--color-base))' };
  return after >= before ? { left: share(at + ms, end) } : { right: share(end - at, end) };
}

function BatchRow({ batch, end, ticks }: Row) {
  const place = (ms: number) => share(ms, end);
  const { loader, loads, keys, rows, source, at, ms, sql } = batch;
  return (
    <tbody data-source={source}>
      <tr>
        <th scope="row">
          {loader} <span className="visually-hidden">from {source}</span>
          <span className="timeline-narrow">
            {counted(keys, 'key', 'keys')}, {counted(rows, 'row', 'rows')}
          </span>
        </th>
        <td>{count(loads)}</td>
        <td>{count(keys)}</td>
        <td>{count(rows)}</td>
        <td className="timeline-track">
          {ticks.map((tick) => (
            <i key={tick} className="timeline-line" style={{ left: place(tick) }} aria-hidden="true" />
          ))}
          <i className="timeline-bar" style={{ left: place(at), width: place(ms) }} aria-hidden="true" />
          <span className="timeline-time" style={labelled(at, ms, end)}>
            <span className="visually-hidden">after {milliseconds(at)} ms, took </span>
            {milliseconds(ms)} ms
          </span>
        </td>
      </tr>
      {sql?.map((statement, index) => (
        <tr key={index} className="timeline-sql">
          <td colSpan={5}>
            <code>{inLines(statement)}</code>
          </td>
        </tr>
      ))}
    </tbody>
  );
}

export function Legend() {
  return (
    <ul className="legend" aria-label="Where a batch was answered from">
      {SOURCES.map(({ source, name, meaning }) => (
        <li key={source} data-source={source} title={meaning}>
          {name}
        </li>
      ))}
    </ul>
  );
}
