// `extensions` of an answer, as the server writes them for a developer.

export interface Batch {
  loader: string;
  /** Lookups of resolvers that it answered. */
  loads: number;
  /** Distinct keys that were asked of the source. */
  keys: number;
  rows: number;
  /** `database`, `redis`, `memory`, or `request`: known already in this request. */
  source: string;
  /** Milliseconds from the start of the request. */
  at: number;
  ms: number;
  /** The statements, where they were asked for. */
  sql?: string[];
}

export interface Trace {
  sqlStatements: number;
  rowsRead: number;
  batches: Batch[];
}

export interface Cost {
  requested: number;
  actual: number;
  available: number;
}

export interface Figures {
  trace: Trace | null;
  cost: Cost | null;
}

/** The figures in the text of an answer; nothing if it has none, as when it is still to come. */
export function readFigures(answer: string | null | undefined): Figures | null {
  if (!answer) return null;
  try {
    const { extensions } = JSON.parse(answer) as { extensions?: Partial<Figures> };
    return { trace: extensions?.trace ?? null, cost: extensions?.cost ?? null };
  } catch {
    return null; // the text of an error that is no answer
  }
}
