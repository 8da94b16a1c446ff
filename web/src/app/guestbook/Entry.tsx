/** An entry of a guestbook or a reply to one: what it says, and what one may do about it. */
import { useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import { changeEntry, deleteEntry, deleteReply, entryCharsMax, fetchForChange, hideEntry, type GuestbookEntry } from '../api/guestbook';
import type { User } from '../api';
import { useMessages } from '../i18n';
import { Reporting } from '../moderation/Reporting';
import { StandingNote } from '../moderation/StandingNote';
import { Folded } from '../posts/Folded';
import { charsOf } from '../social/text';
import { useActing } from '../social/useActing';
import { useResource } from '../state/resource';
import { useToasts } from '../state/toasts';
import { Ask } from '../ui/Ask';
import { Button, classes } from '../ui/controls';
import { Area } from '../ui/form';
import { Icon } from '../ui/Icon';
import { Menu, menuItemClass } from '../ui/Menu';
import { Portrait } from '../ui/Portrait';
import { useWhen } from '../when';
import { fits, isEditable } from './entryText';
import styles from './guestbook.module.css';
import { Replies } from './Replies';
import { useGuestbookWords } from './words';
import { useWritten } from './Write';

interface EntryProps {
  entry: GuestbookEntry;
  /** Whether it stands in one's own book. */
  own: boolean;
  me: User | null;
  isReply?: boolean;
  /** Whether the replies are shown from the beginning. */
  isOpen?: boolean;
  change(now: GuestbookEntry): void;
  gone(): void;
}

type Open = 'edit' | 'delete' | 'replies' | 'report' | null;

export function Entry({ entry, own, me, isReply = false, isOpen = false, change, gone }: EntryProps) {
  const words = useGuestbookWords();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const [open, setOpen] = useState<Open>(isOpen ? 'replies' : null);
  const [seenMs] = useState(() => Date.now());
  const { busy, act } = useActing(true);
  const mine = entry.author.id === me?.id;
  const { author } = entry;
  const line = <p className={styles.text}>{entry.text}</p>;
  const said = entry.mutedWord === null ? line : <Folded label={words.mutedWord(entry.mutedWord)}>{line}</Folded>;
  const hide = (hidden: boolean, undone = false): void =>
    act(() => hideEntry(entry.id, hidden), (now) => {
      change(now);
      show('good', hidden ? words.hidden : words.shown, undone ? undefined : { label: words.undo, run: () => hide(!hidden, true) });
    });
  const remove = (): void =>
    act(() => (isReply ? deleteReply(entry.id) : deleteEntry(entry.id)), () => {
      show('good', words.deleted);
      gone();
    });
  return (
    <li className={classes(styles.entry, isReply && styles.reply, entry.hidden && styles.out)} data-entry={entry.id} data-secret={entry.secret} data-hidden={entry.hidden}>
      <Link href={`/u/${author.handle}`} className={styles.face} aria-label={author.displayName}>
        <Portrait look={author.look} size={isReply ? 30 : 38} />
      </Link>
      <div className={styles.words}>
        <p className={styles.head}>
          <Link href={`/u/${author.handle}`}>
            <b>{author.displayName}</b>
          </Link>
          {entry.secret && (
            <span className={styles.mark} role="img" aria-label={words.isSecret} title={words.isSecret} data-testid="secret">
              <Icon name="lock" size={15} />
            </span>
          )}
          {entry.hidden && (
            <span className={styles.mark} role="img" aria-label={words.isHidden} title={words.isHidden}>
              <Icon name="eyeOff" size={15} />
            </span>
          )}
          <time dateTime={new Date(entry.writtenMs).toISOString()}>
            {when(entry.writtenMs)}
            {entry.editedMs !== null && ` · ${words.edited}`}
          </time>
        </p>
        {open === 'edit' ? (
          <Edit
            entry={entry}
            done={(now) => {
              change(now);
              setOpen(null);
            }}
            cancel={() => setOpen(null)}
          />
        ) : (
          said
        )}
        {(mine || entry.standing !== 'shown') && <StandingNote standing={entry.standing} />}
        {open === 'delete' && <Ask question={isReply ? words.deleteReplyAsk : words.deleteAsk} yes={words.delete} busy={busy} confirm={remove} cancel={() => setOpen(null)} />}
        {!isReply && (me || entry.replies > 0) && (
          <Button variant="quiet" icon="reply" className={styles.replies} aria-expanded={open === 'replies'} data-testid="replies" onClick={() => setOpen(open === 'replies' ? null : 'replies')}>
            {entry.replies > 0 ? words.replies(entry.replies) : words.reply}
          </Button>
        )}
        {open === 'replies' && <Replies entry={entry} own={own} me={me} change={change} />}
      </div>
      {me && (
        <div className={styles.acts}>
          <Menu label={words.more(author.displayName)} face={<Icon name="more" size={20} />}>
            {mine && isEditable(entry, seenMs) && (
              <button type="button" className={menuItemClass} title={words.editLead} onClick={() => setOpen('edit')}>
                <Icon name="pencil" />
                {words.edit}
              </button>
            )}
            {own && !mine && (
              <button type="button" className={menuItemClass} title={words.hideLead} onClick={() => hide(!entry.hidden)}>
                <Icon name={entry.hidden ? 'eye' : 'eyeOff'} />
                {entry.hidden ? words.show : words.hide}
              </button>
            )}
            {(mine || own) && (
              <button type="button" className={menuItemClass} onClick={() => setOpen('delete')}>
                <Icon name="trash" />
                {words.delete}
              </button>
            )}
            {!mine && (
              <button type="button" className={menuItemClass} onClick={() => setOpen('report')}>
                <Icon name="flag" />
                {words.report}
              </button>
            )}
          </Menu>
        </div>
      )}
      <Reporting what={open === 'report' ? { kind: 'guestbook_entry', id: entry.id } : null} close={() => setOpen(null)} />
    </li>
  );
}

interface EditProps {
  entry: GuestbookEntry;
  done(now: GuestbookEntry): void;
  cancel(): void;
}

function Edit({ entry, done, cancel }: EditProps) {
  const words = useGuestbookWords();
  const { common } = useMessages();
  const tell = useWritten();
  const [text, setText] = useState(entry.text);
  // the version that is changed here: what was changed in another window is not written over
  const [begun] = useResource(entry.id, (signal) => fetchForChange(entry.id, signal));
  const { busy, fault, act } = useActing();
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (fits(text)) {
      act(
        () => changeEntry(entry.id, text, begun.status === 'ready' ? begun.value.etag : null),
        (now) => {
          tell(text, now, words.changed);
          done(now);
        },
      );
    }
  };
  return (
    <form className={styles.write} onSubmit={save} data-testid="entry-edit">
      <Area label={words.editTitle} hint={words.editLead} rows={3} value={text} count={[charsOf(text), entryCharsMax]} fault={fault} onChange={(event) => setText(event.target.value)} />
      <div className={styles.send}>
        <Button onClick={cancel}>{common.cancel}</Button>
        <Button variant="primary" type="submit" icon="check" busy={busy || begun.status === 'loading'} disabled={!fits(text) || text.trim() === entry.text}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}
