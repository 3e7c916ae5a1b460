import { SlidersHorizontal, X } from 'lucide-react';
import { useState } from 'react';
import type { Address } from '../address';
import { label, useLanguage } from '../language/language';
import { go } from '../useAddress';
import styles from './FilterBar.module.css';
import { FilterSheet } from './FilterSheet';

/** The button that opens the filters. */
export function FilterButton({ address }: { address: Address }) {
  const { words } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const count = address.diets.length + address.without.length;
  return (
    <>
      <button type="button" className="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <SlidersHorizontal aria-hidden />
        {words.filters}
        {count > 0 && <span className={styles.count}>{count}</span>}
      </button>
      {isOpen && <FilterSheet address={address} onClose={() => setOpen(false)} />}
    </>
  );
}

/** What is filtered now, each with its way out. */
export function ActiveFilters({ address }: { address: Address }) {
  const { words } = useLanguage();
  const { diets, without, traces } = address;
  if (!diets.length && !without.length) return null;
  const chip = (name: string, change: Partial<Address>) => (
    <li key={name}>
      <button type="button" aria-label={words.remove(name)} onClick={() => go(change)}>
        {name}
        <X aria-hidden />
      </button>
    </li>
  );
  return (
    <ul className={styles.chips} aria-label={words.filters}>
      {diets.map((diet) =>
        chip(label(words.diets, diet), { diets: diets.filter((one) => one !== diet) }),
      )}
      {without.map((allergen) =>
        chip(words.without(label(words.allergens, allergen)), {
          without: without.filter((one) => one !== allergen),
        }),
      )}
      {without.length > 0 && traces && chip(words.acceptTraces, { traces: false })}
      <li>
        <button
          type="button"
          className={styles.all}
          onClick={() => go({ diets: [], without: [], traces: false })}
        >
          {words.clearAll}
        </button>
      </li>
    </ul>
  );
}
