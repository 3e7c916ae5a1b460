// The cost of an operation: what it could have led to, what it did, and what is allowed.

import { count, percent } from './numbers';
import type { Cost } from './read';

export function CostMeter({ cost: { requested, actual, available } }: { cost: Cost }) {
  const share = (part: number) => `${Math.min(part / available, 1) * 100}%`;
  return (
    <div className="cost">
      <dl>
        <div>
          <dt>Cost requested</dt>
          <dd>{count(requested)}</dd>
        </div>
        <div>
          <dt>actual</dt>
          <dd>{count(actual)}</dd>
        </div>
        <div>
          <dt>available</dt>
          <dd>{count(available)}</dd>
        </div>
      </dl>
      <div className="cost-bar" role="img" aria-label={`${percent(requested / available)} of the available cost requested`}>
        <i className="cost-requested" style={{ width: share(requested) }} />
        <i className="cost-actual" style={{ width: share(actual) }} />
      </div>
      <p>{percent(requested / available)} of what one operation may cost</p>
    </div>
  );
}
