import { Check } from 'lucide-react';
import type { Address } from '../address';
import { ALLERGEN_GROUPS } from '../dish/allergens';
import { Diet, type Allergen } from '../graphql/generated/graphql';
import { label, useLanguage } from '../language/language';
import { Sheet } from '../ui/Sheet';
import { go } from '../useAddress';
import styles from './FilterSheet.module.css';

const toggled = <T,>(values: T[], value: T): T[] =>
  values.includes(value) ? values.filter((one) => one !== value) : [...values, value];

/** Which dishes may be shown. Each touch applies at once; the list behind follows. */
export function FilterSheet({ address, onClose }: { address: Address; onClose: () => void }) {
  const { words } = useLanguage();
  const { diets, without, traces } = address;
  const change = (part: Partial<Address>) => go(part, { replace: true });

  const allergen = (value: Allergen) => (
    <Choice
      key={value}
      name={label(words.allergens, value)}
      isChosen={without.includes(value)}
      toggle={() => change({ without: toggled(without, value) })}
    />
  );
  return (
    <Sheet
      title={words.filtersFor}
      onClose={onClose}
      footer={
        <>
          <button
            type="button"
            className="button"
            onClick={() => change({ diets: [], without: [], traces: false })}
          >
            {words.clearAll}
          </button>
          <button type="button" className="button primary" onClick={onClose}>
            {words.show}
          </button>
        </>
      }
    >
      <fieldset className={styles.group}>
        <legend>{words.dietsToFit}</legend>
        <p>{words.dietsHint}</p>
        <div className={styles.choices}>
          {Object.values(Diet).map((diet) => (
            <Choice
              key={diet}
              name={label(words.diets, diet)}
              isChosen={diets.includes(diet)}
              toggle={() => change({ diets: toggled(diets, diet) })}
            />
          ))}
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{words.allergensToAvoid}</legend>
        <p>{words.allergensHint}</p>
        <div className={styles.choices}>{ALLERGEN_GROUPS.map(({ group }) => allergen(group))}</div>
        {ALLERGEN_GROUPS.filter(({ species }) => species.length > 0).map(({ group, species }) => (
          <details key={group} open={species.some((one) => without.includes(one))}>
            <summary>{words.only(label(words.allergens, group))}</summary>
            <div className={styles.choices}>{species.map(allergen)}</div>
          </details>
        ))}
        <label className={styles.traces}>
          <input
            type="checkbox"
            role="switch"
            checked={traces}
            onChange={(event) => change({ traces: event.target.checked })}
          />
          <span>
            <strong>{words.acceptTraces}</strong>
            <small>{words.acceptTracesHint}</small>
          </span>
        </label>
      </fieldset>
    </Sheet>
  );
}

function Choice(props: { name: string; isChosen: boolean; toggle: () => void }) {
  return (
    <button type="button" className={styles.choice} aria-pressed={props.isChosen} onClick={props.toggle}>
      {props.isChosen && <Check aria-hidden />}
      {props.name}
    </button>
  );
}
