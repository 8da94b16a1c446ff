/** /people?q=: finds people while one writes; /people?q=&in=rooms: rooms. */
import { useEffect, useId, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { searchPeople } from '../../app/api/people';
import { searchRooms } from '../../app/api/rooms';
import { usePageTitle } from '../../app/pageTitle';
import { RoomRow } from '../../app/rooms/RoomRow';
import { PersonRow } from '../../app/social/PersonRow';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { usePages } from '../../app/state/pages';
import { useMe } from '../../app/state/me';
import { useRested } from '../../app/state/rested';
import { cardClass, classes, fieldClass } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import { PageFrame } from '../../app/ui/PageFrame';
import { PagedList } from '../../app/ui/PagedList';
import { TabList, type Tab } from '../../app/ui/TabList';
import { useRoomsWords } from '../rooms/words';
import styles from './PeoplePage.module.css';

/** From the last key to the question. */
const restsMs = 250;
const queryCharsMax = 50;

type Kind = 'people' | 'rooms';

export function PeoplePage() {
  const { search } = useSocialWords();
  const { search: more } = useRoomsWords();
  const [params, setParams] = useSearchParams();
  const [typed, setTyped] = useState(() => params.get('q') ?? '');
  const [kind, setKind] = useState<Kind>(() => (params.get('in') === 'rooms' ? 'rooms' : 'people'));
  const query = useRested(typed.trim(), restsMs);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const words = kind === 'rooms' ? { ...search, ...more } : search;
  usePageTitle(search.title);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    setParams({ ...(query === '' ? {} : { q: query }), ...(kind === 'rooms' ? { in: kind } : {}) }, { replace: true });
  }, [query, kind, setParams]);
  const tabs: readonly Tab<Kind>[] = [
    { id: 'people', label: more.people, icon: 'people' },
    { id: 'rooms', label: more.rooms, icon: 'door' },
  ];
  return (
    <PageFrame>
      <div className={classes(cardClass, styles.card)}>
        <h1>{search.title}</h1>
        <form role="search" onSubmit={(event) => event.preventDefault()}>
          <label className="visually-hidden" htmlFor={id}>
            {words.label}
          </label>
          <div className={styles.field}>
            <Icon name="search" />
            <input ref={field} id={id} type="search" className={fieldClass} value={typed} maxLength={queryCharsMax} placeholder={words.placeholder} autoComplete="off" autoCapitalize="none" spellCheck={false} enterKeyHint="search" onChange={(event) => setTyped(event.target.value)} />
          </div>
        </form>
        <div className={styles.tabs}>
          <TabList<Kind> id={`${id}-kind`} label={more.which} tabs={tabs} chosen={kind} choose={setKind} />
        </div>
        <div id={`${id}-kind-body`} role="tabpanel" aria-labelledby={`${id}-kind-${kind}`} className={styles.body} data-testid={`found-${kind}`}>
          {query === '' ? <p className={styles.start}>{words.start}</p> : kind === 'rooms' ? <FoundRooms query={query} /> : <Found query={query} />}
        </div>
      </div>
    </PageFrame>
  );
}

function Found({ query }: { query: string }) {
  const { search: words } = useSocialWords();
  const problem = useProblemText();
  const me = useMe((state) => state.user?.id ?? '');
  // who is asking decides who is there
  const list = usePages(`${me} ${query}`, (cursor, signal) => searchPeople(query, { cursor, signal }), ({ id }) => id);
  return (
    <>
      <p className="visually-hidden" role="status">
        {list.status === 'ready' && list.entries.length > 0 && words.count(list.entries.length)}
      </p>
      <PagedList list={list} label={words.found} empty={words.none(query)} problem={problem}>
        {(person) => <PersonRow key={person.id} person={person} />}
      </PagedList>
    </>
  );
}

function FoundRooms({ query }: { query: string }) {
  const { search: words } = useRoomsWords();
  const problem = useProblemText();
  const me = useMe((state) => state.user?.id ?? '');
  const list = usePages(`${me} ${query}`, (cursor, signal) => searchRooms(query, { cursor, signal }), ({ id }) => id);
  return (
    <>
      <p className="visually-hidden" role="status">
        {list.status === 'ready' && list.entries.length > 0 && words.count(list.entries.length)}
      </p>
      <PagedList list={list} label={words.found} empty={words.none(query)} problem={problem}>
        {(room) => <RoomRow key={room.id} room={room} />}
      </PagedList>
    </>
  );
}
