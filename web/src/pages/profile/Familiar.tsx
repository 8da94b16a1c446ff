/** Whom I follow of those who follow somebody. */
import { useState } from 'react';
import { fetchFamiliar } from '../../app/api/people';
import { PersonRow } from '../../app/social/PersonRow';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { usePages } from '../../app/state/pages';
import { useResource } from '../../app/state/resource';
import { Dialog } from '../../app/ui/Dialog';
import { PagedList } from '../../app/ui/PagedList';
import { Portrait } from '../../app/ui/Portrait';
import social from '../../app/social/social.module.css';
import styles from './profile.module.css';

const namedMost = 3;

/** Nothing while there are none. */
export function Familiar({ handle }: { handle: string }) {
  const { profile: words } = useSocialWords();
  const [first] = useResource(handle, (signal) => fetchFamiliar(handle, { cursor: null, limit: namedMost, signal }));
  const [open, setOpen] = useState(false);
  if (first.status !== 'ready' || first.value.entries.length === 0) {
    return null;
  }
  const { entries, nextCursor } = first.value;
  const names = entries.map(({ displayName }) => displayName).join(', ');
  return (
    <>
      <button type="button" className={styles.familiar} aria-haspopup="dialog" data-testid="familiar" onClick={() => setOpen(true)}>
        <span className={styles.faces}>
          {entries.map(({ id, look }) => (
            <Portrait key={id} look={look} size={28} />
          ))}
        </span>
        <span>{nextCursor === null ? words.familiar(names) : words.familiarMore(names)}</span>
      </button>
      {open && <All handle={handle} close={() => setOpen(false)} />}
    </>
  );
}

function All({ handle, close }: { handle: string; close(): void }) {
  const { profile: words } = useSocialWords();
  const problem = useProblemText();
  const list = usePages(handle, (cursor, signal) => fetchFamiliar(handle, { cursor, signal }), ({ id }) => id);
  return (
    <Dialog title={words.familiarAll} close={close}>
      <div className={social.choices}>
        <PagedList list={list} label={words.familiarAll} empty={words.noFollowers} problem={problem}>
          {(person) => <PersonRow key={person.id} person={person} />}
        </PagedList>
      </div>
    </Dialog>
  );
}
