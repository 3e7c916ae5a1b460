import { useQuery } from '@apollo/client/react';
import { ChevronsUpDown } from 'lucide-react';
import { listOf, type Address } from '../address';
import { DishDetails } from '../dish/DishDetails';
import { DishList } from '../dish/DishList';
import { ActiveFilters, FilterButton } from '../filter/FilterBar';
import { graphql } from '../graphql/generated';
import icon from '../icon.svg';
import { useLanguage } from '../language/language';
import { MenuOfDay } from '../menu/MenuOfDay';
import { Empty } from '../ui/Empty';
import { Failed } from '../ui/Failed';
import { LanguageSwitch } from '../ui/LanguageSwitch';
import { Skeletons } from '../ui/Skeletons';
import { go } from '../useAddress';
import styles from './HospitalPage.module.css';
import { SearchField } from './SearchField';

const HOSPITAL = graphql(`
  query Hospital($slug: String!) {
    serverTime
    hospital(by: { slug: $slug }) {
      id
      name
      city
      timeZone
      menus(first: 42) {
        edges {
          cursor
          node {
            id
            date
            meal
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
  }
`);

export function HospitalPage({ slug, address }: { slug: string; address: Address }) {
  const { words } = useLanguage();
  const { data, previousData, error, refetch } = useQuery(HOSPITAL, {
    variables: { slug },
    // The page stays open all day: what today is and what can be ordered go with the time.
    pollInterval: 60_000,
    skipPollAttempt: () => document.hidden || !navigator.onLine,
  });
  const answer = data ?? previousData;
  const hospital = answer?.hospital;
  const views = { menu: words.menu, dishes: words.allDishes };

  if (answer && !hospital) {
    return (
      <main>
        <Empty text={words.noSuchHospital}>
          <button type="button" className="button" onClick={() => go({ hospital: undefined })}>
            {words.changeHospital}
          </button>
        </Empty>
      </main>
    );
  }
  return (
    <div className={styles.page}>
      <title>{hospital ? `${hospital.name} · ${words.wardMenu}` : words.wardMenu}</title>
      <a className={styles.skip} href="#dishes">
        {words.skip}
      </a>
      <header className={styles.header}>
        <img src={icon} alt="" width="44" height="44" />
        <h1>
          <button type="button" onClick={() => go({ hospital: undefined, dish: undefined })}>
            <span>{hospital?.name ?? <i className={styles.wait} />}</span>
            <ChevronsUpDown aria-hidden />
            <span className="unseen">{words.changeHospital}</span>
          </button>
          <small>{hospital?.city}</small>
        </h1>
        <LanguageSwitch />
      </header>
      <div className={styles.bar}>
        <nav className={styles.views} aria-label={words.view}>
          {(['menu', 'dishes'] as const).map((view) => (
            <button
              key={view}
              type="button"
              aria-current={address.view === view ? 'page' : undefined}
              onClick={() => go({ view, search: '' })}
            >
              {views[view]}
            </button>
          ))}
        </nav>
        <SearchField address={address} />
        <FilterButton address={address} />
      </div>
      <main id="dishes" className={styles.main} tabIndex={-1}>
        <ActiveFilters address={address} />
        {!hospital && error && <Failed error={error} retry={() => void refetch()} />}
        {!hospital && !error && <Skeletons count={6} shape="card" />}
        {hospital && address.view === 'menu' && (
          <MenuOfDay
            slug={slug}
            timeZone={hospital.timeZone}
            now={answer.serverTime}
            upcoming={hospital.menus.edges.map(({ node }) => node)}
            address={address}
          />
        )}
        {hospital && address.view === 'dishes' && <DishList key={listOf(address)} address={address} />}
      </main>
      {address.dish && <DishDetails key={address.dish} id={address.dish} />}
    </div>
  );
}
