/** /people?q=: finds people while one writes. */
import { useEffect, useId, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { searchPeople } from '../../app/api/people';
import { usePageTitle } from '../../app/pageTitle';
import { PersonRow } from '../../app/social/PersonRow';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { usePages } from '../../app/state/pages';
import { useMe } from '../../app/state/me';
import { cardClass, classes, fieldClass } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import { PageFrame } from '../../app/ui/PageFrame';
import { PagedList } from '../../app/ui/PagedList';
import styles from './PeoplePage.module.css';

/** From the last key to the question. */
const restsMs = 250;
const queryCharsMax = 50;

export function PeoplePage() {
  const { search: words } = useSocialWords();
  usePageTitle(words.title);
  const [params, setParams] = useSearchParams();
  const [typed, setTyped] = useState(() => params.get('q') ?? '');
  const query = useRested(typed.trim(), restsMs);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    setParams(query === '' ? {} : { q: query }, { replace: true });
  }, [query, setParams]);
  return (
    <PageFrame>
      <div className={classes(cardClass, styles.card)}>
        <h1>{words.title}</h1>
        <form role="search" onSubmit={(event) => event.preventDefault()}>
          <label className="visually-hidden" htmlFor={id}>
            {words.label}
          </label>
          <div className={styles.field}>
            <Icon name="search" />
            <input ref={field} id={id} type="search" className={fieldClass} value={typed} maxLength={queryCharsMax} placeholder={words.placeholder} autoComplete="off" autoCapitalize="none" spellCheck={false} enterKeyHint="search" onChange={(event) => setTyped(event.target.value)} />
          </div>
        </form>
        {query === '' ? <p className={styles.start}>{words.start}</p> : <Found query={query} />}
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

/** The value once it has not changed for a while. */
function useRested<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
