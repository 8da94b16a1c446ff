/** Words one does not want to read. */
import { useState, type FormEvent } from 'react';
import { fetchMutedWords, muteWord, unmuteWord, type MutedWord } from '../../app/api/moderation';
import { useModerationWords } from '../../app/moderation/words';
import { charsOf } from '../../app/social/text';
import { useActing } from '../../app/social/useActing';
import { useProblemText } from '../../app/social/useProblemText';
import { usePages } from '../../app/state/pages';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { Field, OneOf, smallClass } from '../../app/ui/form';
import { Icon } from '../../app/ui/Icon';
import { PagedList } from '../../app/ui/PagedList';
import { useWhen } from '../../app/when';
import { Section } from './Section';
import styles from './settings.module.css';

const wordCharsMax = 50;
const dayMs = 24 * 3_600_000;
const muteFor = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs, always: null } as const;
type Span = keyof typeof muteFor;
const spans: readonly Span[] = ['day', 'week', 'month', 'always'];

export function MutedWords() {
  const { muted: words } = useModerationWords();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const list = usePages('muted-words', (cursor, signal) => fetchMutedWords({ cursor, signal }), ({ id }) => id);
  const put = (entry: MutedWord): void => list.edit((entries) => [entry, ...entries.filter(({ id }) => id !== entry.id)]);
  return (
    <Section title={words.title} lead={words.lead} testId="muted-words">
      <Add
        added={(entry) => {
          show('good', words.added(entry.word));
          put(entry);
        }}
      />
      <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
        {(entry) => <Entry key={entry.id} entry={entry} gone={() => list.edit((entries) => entries.filter(({ id }) => id !== entry.id))} back={put} />}
      </PagedList>
    </Section>
  );
}

function Add({ added }: { added(entry: MutedWord): void }) {
  const { muted: words } = useModerationWords();
  const [word, setWord] = useState('');
  const [span, setSpan] = useState<Span>('always');
  const { busy, fault, act } = useActing();
  const length = charsOf(word);
  const fits = length > 0 && length <= wordCharsMax;
  const add = (event: FormEvent): void => {
    event.preventDefault();
    const ms = muteFor[span];
    if (fits) {
      act(
        () => muteWord(word.trim(), ms === null ? null : Date.now() + ms),
        (entry) => {
          setWord('');
          added(entry);
        },
      );
    }
  };
  return (
    <form onSubmit={add} data-testid="mute-word">
      <Field label={words.word} value={word} count={[length, wordCharsMax]} fault={fault} onChange={(event) => setWord(event.target.value)} />
      <OneOf<Span> label={words.until} options={spans.map((id) => ({ id, label: words[id] }))} chosen={span} choose={setSpan} />
      <div className={styles.answers}>
        <Button variant="primary" type="submit" icon="mute" busy={busy} disabled={!fits}>
          {words.add}
        </Button>
      </div>
    </form>
  );
}

interface EntryProps {
  entry: MutedWord;
  gone(): void;
  back(entry: MutedWord): void;
}

function Entry({ entry: { id, word, untilMs }, gone, back }: EntryProps) {
  const { muted: words } = useModerationWords();
  const when = useWhen();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const { busy, act } = useActing(true);
  const undo = (): void => {
    // by then the entry is gone from the page
    muteWord(word, untilMs).then(back, (error: unknown) => show('bad', problem(error)));
  };
  const remove = (): void =>
    act(() => unmuteWord(id), () => {
      show('good', words.removed(word), { label: words.undo, run: undo });
      gone();
    });
  return (
    <li className={styles.entry} data-word={word}>
      <Icon name="mute" />
      <span className={styles.entryWords}>
        <b>{word}</b>
        <span className={smallClass}>{untilMs === null ? words.untilRemoved : words.untilWhen(when(untilMs))}</span>
      </span>
      <Button className={styles.smallButton} busy={busy} aria-label={words.removeLabel(word)} onClick={remove}>
        {words.remove}
      </Button>
    </li>
  );
}
