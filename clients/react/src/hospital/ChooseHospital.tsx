import { useQuery } from '@apollo/client/react';
import { LocateFixed, MapPin, Search } from 'lucide-react';
import { useState } from 'react';
import { graphql } from '../graphql/generated';
import icon from '../icon.svg';
import { useLanguage } from '../language/language';
import { Empty } from '../ui/Empty';
import { Failed } from '../ui/Failed';
import { LanguageSwitch } from '../ui/LanguageSwitch';
import { PagedList, startPage } from '../ui/PagedList';
import { Skeletons } from '../ui/Skeletons';
import { go } from '../useAddress';
import { useSettled } from '../useSettled';
import styles from './ChooseHospital.module.css';
import { usePosition } from './usePosition';

const WITHIN_KM = 100;

const HOSPITALS = graphql(`
  query Hospitals(
    $near: Near
    $here: LocationInput!
    $isNear: Boolean!
    $search: String
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    hospitals(
      near: $near
      search: $search
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      edges {
        cursor
        node {
          id
          slug
          name
          city
          postcode
          distanceM(from: $here) @include(if: $isNear)
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

export function ChooseHospital() {
  const { words, format } = useLanguage();
  const [text, setText] = useState('');
  const search = useSettled(text.trim());
  const place = usePosition();
  // Who types a name looks for that, wherever it is.
  const here = place.kind === 'known' && !search ? place.position : undefined;
  const { data, previousData, error, refetch, fetchMore } = useQuery(HOSPITALS, {
    variables: {
      near: here && { ...here, withinKm: WITHIN_KM },
      here: here ?? { latitude: 0, longitude: 0 },
      isNear: !!here,
      search: search || undefined,
      ...startPage(),
    },
  });
  const hospitals = (data ?? previousData)?.hospitals;
  const isNobodyNear = !!here && data?.hospitals.edges.length === 0;

  let order = words.allHospitals;
  if (here) order = words.nearestHospitals;
  else if (search) order = words.foundHospitals;

  return (
    <div className={styles.page}>
      <title>{words.wardMenu}</title>
      <header className={styles.top}>
        <img src={icon} alt="" width="44" height="44" />
        <LanguageSwitch />
      </header>
      <main className={styles.main}>
        <h1>{words.chooseHospital}</h1>
        <p className={styles.lead}>{words.chooseHospitalWhy}</p>
        <div className={styles.ways}>
          <label className="field">
            <Search aria-hidden />
            <span className="unseen">{words.searchHospital}</span>
            <input
              type="search"
              value={text}
              placeholder={words.searchHospital}
              autoComplete="off"
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <button type="button" className="button" aria-busy={place.kind === 'asking'} onClick={place.locate}>
            <LocateFixed aria-hidden />
            {place.kind === 'asking' ? words.lookingForYou : words.nearMe}
          </button>
        </div>
        <p className={styles.hint} role="status">
          {place.kind === 'refused' && words.locationRefused}
          {isNobodyNear && words.noHospitalNear(format.kilometres(WITHIN_KM * 1000))}
        </p>
        <h2 className="overline">{order}</h2>
        {error && !hospitals && <Failed error={error} retry={() => void refetch()} />}
        {!hospitals && !error && <Skeletons count={6} shape="row" />}
        {hospitals && !hospitals.edges.length && !here && <Empty text={words.noHospitalFound} />}
        {hospitals && (
          <PagedList connection={hospitals} fetchMore={(page) => fetchMore({ variables: page })}>
            {({ edges }) => (
              <ul className={styles.hospitals}>
                {edges.map(({ node: { id, slug, name, city, postcode, distanceM } }) => (
                  <li key={id}>
                    <button type="button" onClick={() => go({ hospital: slug })}>
                      <MapPin aria-hidden />
                      <span>
                        <strong>{name}</strong>
                        <small>{[city, postcode].filter(Boolean).join(' · ')}</small>
                      </span>
                      {distanceM != null && <em>{format.kilometres(distanceM)}</em>}
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </PagedList>
        )}
      </main>
    </div>
  );
}
