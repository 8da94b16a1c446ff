/** Who decorates a room with its owner: finding them, letting them, taking them off. */
import { useState } from 'react';
import type { Owner, User } from '../../app/api';
import { searchPeople } from '../../app/api/people';
import { addEditor, fetchEditors, removeEditor } from '../../app/api/rooms';
import { useMessages } from '../../app/i18n';
import { PersonRow } from '../../app/social/PersonRow';
import social from '../../app/social/social.module.css';
import { useActing } from '../../app/social/useActing';
import { useProblemText } from '../../app/social/useProblemText';
import { useRested } from '../../app/state/rested';
import { useResource } from '../../app/state/resource';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { Dialog } from '../../app/ui/Dialog';
import { Field, labelClass } from '../../app/ui/form';
import styles from './rooms.module.css';
import { useRoomsWords } from './words';

const foundMost = 5;
/** From the last key to the question. */
const restsMs = 250;

interface EditorsDialogProps {
  roomId: string;
  me: User;
  close(): void;
}

export function EditorsDialog({ roomId, me, close }: EditorsDialogProps) {
  const { editors: words, acts } = useRoomsWords();
  const { common } = useMessages();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const [loaded, again] = useResource(roomId, (signal) => fetchEditors(roomId, signal));
  const [changed, setChanged] = useState<readonly Owner[] | null>(null);
  const { busy, act } = useActing(true);
  const first = loaded.status === 'ready' ? loaded.value : [];
  const editors = changed ?? first;
  // what is taken back later comes to the list as it is by then
  const change = (person: Owner, added: readonly Owner[]): void => setChanged((before) => [...(before ?? first).filter(({ id }) => id !== person.id), ...added]);
  const add = (person: Owner, undone = false): void =>
    act(() => addEditor(roomId, person.handle), () => {
      change(person, [person]);
      show('good', words.added(person.displayName), undone ? undefined : { label: acts.undo, run: () => remove(person, true) });
    });
  const remove = (person: Owner, undone = false): void =>
    act(() => removeEditor(roomId, person.handle), () => {
      change(person, []);
      show('good', words.removed(person.displayName), undone ? undefined : { label: acts.undo, run: () => add(person, true) });
    });
  return (
    <Dialog title={words.title} tall close={close}>
      <div className={social.dialog} data-testid="editors">
        <p className={social.lead}>{words.lead}</p>
        {loaded.status === 'loading' && <p className={styles.waiting}>{common.loading}</p>}
        {loaded.status === 'failed' && (
          <div className={styles.waiting} role="alert">
            <p>{problem(loaded.error)}</p>
            <Button onClick={again}>{common.retry}</Button>
          </div>
        )}
        {loaded.status === 'ready' && editors.length === 0 && <p className={styles.waiting}>{words.none}</p>}
        {editors.length > 0 && (
          <ul aria-label={words.title}>
            {editors.map((person) => (
              <PersonRow key={person.id} person={person}>
                <Button className={social.smallButton} busy={busy} aria-label={words.removeLabel(person.displayName)} onClick={() => remove(person)}>
                  {words.remove}
                </Button>
              </PersonRow>
            ))}
          </ul>
        )}
        {loaded.status === 'ready' && <Find busy={busy} known={new Set([me.id, ...editors.map(({ id }) => id)])} add={(person) => add(person)} />}
      </div>
    </Dialog>
  );
}

interface FindProps {
  busy: boolean;
  /** Who need not be found. */
  known: ReadonlySet<string>;
  add(person: Owner): void;
}

function Find({ busy, known, add }: FindProps) {
  const { editors: words } = useRoomsWords();
  const [typed, setTyped] = useState('');
  const query = useRested(typed.trim(), restsMs);
  return (
    <div className={styles.find}>
      <Field label={words.find} type="search" placeholder={words.placeholder} value={typed} autoCapitalize="none" spellCheck={false} maxLength={50} onChange={(event) => setTyped(event.target.value)} />
      {query !== '' && <Found key={query} query={query} busy={busy} known={known} add={add} />}
    </div>
  );
}

function Found({ query, busy, known, add }: FindProps & { query: string }) {
  const { editors: words } = useRoomsWords();
  const problem = useProblemText();
  // some may be left out
  const [found] = useResource(query, (signal) => searchPeople(query, { cursor: null, limit: foundMost * 2, signal }));
  if (found.status === 'failed') {
    return <p role="alert">{problem(found.error)}</p>;
  }
  if (found.status === 'loading') {
    return null;
  }
  const people = found.value.entries.filter(({ id }) => !known.has(id)).slice(0, foundMost);
  if (people.length === 0) {
    return (
      <p className={labelClass} role="status">
        {words.nobody(query)}
      </p>
    );
  }
  return (
    <ul aria-label={words.found}>
      {people.map((person) => (
        <PersonRow key={person.id} person={person}>
          <Button variant="primary" className={social.smallButton} busy={busy} aria-label={words.addLabel(person.displayName)} onClick={() => add(person)}>
            {words.add}
          </Button>
        </PersonRow>
      ))}
    </ul>
  );
}
