// Whether the trace shows the text of each statement: a choice that is kept.

import { useState } from 'react';

const KEY = 'thali:sql';

/** The value of the header `X-Thali-Trace`. */
export const traceAsked = (): string => (localStorage.getItem(KEY) ? 'sql' : '1');

export function SqlSwitch() {
  const [isOn, setOn] = useState(() => traceAsked() === 'sql');
  const change = (on: boolean) => {
    if (on) localStorage.setItem(KEY, 'on');
    else localStorage.removeItem(KEY);
    setOn(on);
  };
  return (
    <label className="trace-sql">
      <input type="checkbox" checked={isOn} onChange={(event) => change(event.target.checked)} />
      SQL with the next answer
    </label>
  );
}
