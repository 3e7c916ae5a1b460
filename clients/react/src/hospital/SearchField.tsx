import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Address } from '../address';
import { useLanguage } from '../language/language';
import { go } from '../useAddress';
import { useSettled } from '../useSettled';

/** Searches all dishes while somebody types; what was typed reaches the address when it rests. */
export function SearchField({ address }: { address: Address }) {
  const { words } = useLanguage();
  const [text, setText] = useState(address.search);
  const [shown, setShown] = useState(address.search);
  const settled = useSettled(text);

  // Back and forward change the address under the field.
  if (shown !== address.search) {
    setShown(address.search);
    if (address.search !== text.trim()) setText(address.search);
  }

  useEffect(() => {
    const search = settled.trim();
    if (settled !== text || search === address.search) return;
    // The first letter is a step that "back" undoes, the others are part of it.
    go({ view: 'dishes', search }, { replace: address.view === 'dishes' });
  }, [settled, text, address.search, address.view]);

  return (
    <label className="field">
      <Search aria-hidden />
      <span className="unseen">{words.searchDishes}</span>
      <input
        type="search"
        value={text}
        placeholder={words.searchDishes}
        autoComplete="off"
        enterKeyHint="search"
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}
