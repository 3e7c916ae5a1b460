import { createContext } from 'react';

import type { Placeholders } from './placeholders';

/** What the placeholders stand for on this server. */
export const Known = createContext<Placeholders>({});
