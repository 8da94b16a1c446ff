/** The lines ties left on a profile, and leaving one. */
import { useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import { fetchTestimonials, removeTestimonial, retract, testify, type Profile, type Relation, type Testimonial } from '../../app/api/people';
import { charsOf } from '../../app/social/text';
import { useActing } from '../../app/social/useActing';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { usePages } from '../../app/state/pages';
import { useToasts } from '../../app/state/toasts';
import { Ask } from '../../app/ui/Ask';
import { Button, IconButton } from '../../app/ui/controls';
import { Field } from '../../app/ui/form';
import { PagedList } from '../../app/ui/PagedList';
import { Portrait } from '../../app/ui/Portrait';
import { useWhen } from '../../app/when';
import styles from './profile.module.css';

const lineCharsMax = 140;

interface LinesProps {
  profile: Profile;
  own: boolean;
  me: string | null;
  relation: Relation | null;
}

export function Lines({ profile, own, me, relation }: LinesProps) {
  const { profile: words, line } = useSocialWords();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const [version, setVersion] = useState(0);
  // whether one is tied decides whose lines one may see and write
  const list = usePages(`${profile.handle} ${relation?.tie ? 'tied' : ''} ${relation?.following ?? ''}`, (cursor, signal) => fetchTestimonials(profile.handle, { cursor, signal }), ({ id }) => id, version);
  const mine = list.entries.find(({ id }) => id === me);
  const gone = (id: string): void => {
    list.edit((entries) => entries.filter((entry) => entry.id !== id));
    show('good', line.removed);
  };
  return (
    <>
      {relation?.tie && list.status === 'ready' && <Write key={mine?.text ?? ''} profile={profile} before={mine?.text ?? ''} done={() => setVersion(version + 1)} />}
      <PagedList list={list} label={words.lines} empty={words.noLines} problem={problem}>
        {(entry) => <Line key={entry.id} entry={entry} removable={own ? 'theirs' : entry.id === me ? 'mine' : null} handle={profile.handle} gone={() => gone(entry.id)} />}
      </PagedList>
    </>
  );
}

function Write({ profile, before, done }: { profile: Profile; before: string; done(): void }) {
  const { line: words } = useSocialWords();
  const show = useToasts((state) => state.show);
  const [text, setText] = useState(before);
  const { busy, fault, act } = useActing();
  const length = charsOf(text);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    act(() => testify(profile.handle, text), () => {
      show('good', words.written);
      done();
    });
  };
  return (
    <form className={styles.write} onSubmit={send} data-testid="write-line">
      <Field label={words.title(profile.displayName)} placeholder={words.placeholder} value={text} count={[length, lineCharsMax]} fault={fault} onChange={(event) => setText(event.target.value)} />
      <Button variant="primary" type="submit" busy={busy} disabled={length === 0 || length > lineCharsMax || text.trim() === before}>
        {before === '' ? words.write : words.change}
      </Button>
    </form>
  );
}

interface LineProps {
  entry: Testimonial;
  removable: 'mine' | 'theirs' | null;
  /** On whose profile it stands. */
  handle: string;
  gone(): void;
}

function Line({ entry, removable, handle, gone }: LineProps) {
  const { line: words } = useSocialWords();
  const when = useWhen();
  const [asking, ask] = useState(false);
  const { busy, act } = useActing(true);
  const remove = (): void => act(() => (removable === 'mine' ? retract(handle) : removeTestimonial(entry.handle)), gone);
  return (
    <li className={styles.line} data-person={entry.handle}>
      <Link href={`/u/${entry.handle}`} className={styles.lineFace} aria-label={entry.displayName}>
        <Portrait look={entry.look} size={40} />
      </Link>
      <div className={styles.lineWords}>
        <p className={styles.lineText}>{entry.text}</p>
        <p className={styles.small}>
          <Link href={`/u/${entry.handle}`}>{entry.displayName}</Link> · <time dateTime={new Date(entry.writtenMs).toISOString()}>{when(entry.writtenMs)}</time>
        </p>
        {asking && <Ask question={words.removeAsk(entry.displayName)} yes={words.remove} busy={busy} confirm={remove} cancel={() => ask(false)} />}
      </div>
      {removable && !asking && (
        <IconButton icon="trash" variant="quiet" label={removable === 'mine' ? words.removeOwn : words.removeOf(entry.displayName)} busy={busy} onClick={() => (removable === 'mine' ? remove() : ask(true))} />
      )}
    </li>
  );
}
