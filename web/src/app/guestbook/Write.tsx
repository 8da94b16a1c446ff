/** Writing into a guestbook, or beneath an entry. */
import { useState, type FormEvent } from 'react';
import { entryCharsMax, writeEntry, writeReply, type GuestbookEntry } from '../api/guestbook';
import { isMasked } from '../moderation/masked';
import { useModerationWords } from '../moderation/words';
import { charsOf } from '../social/text';
import { useActing } from '../social/useActing';
import { useOnce } from '../social/useOnce';
import { useToasts } from '../state/toasts';
import { useUnsent } from '../state/unsent';
import { Button } from '../ui/controls';
import { Area, Switch } from '../ui/form';
import { fits } from './entryText';
import styles from './guestbook.module.css';
import { useGuestbookWords } from './words';

/** Says what became of it where it was not simply taken as it is. */
export function useWritten(): (sent: string, entry: GuestbookEntry, plain: string | null) => void {
  const words = useGuestbookWords();
  const { standing } = useModerationWords();
  const show = useToasts((state) => state.show);
  return (sent, entry, plain) => {
    if (entry.standing !== 'shown') {
      show('info', standing[entry.standing]);
    } else if (isMasked(sent, entry.text)) {
      show('info', words.masked);
    } else if (plain !== null) {
      show('good', plain);
    }
  };
}

interface WriteProps {
  roomId: string;
  own: boolean;
  written(entry: GuestbookEntry): void;
}

export function Write({ roomId, own, written }: WriteProps) {
  const words = useGuestbookWords();
  const tell = useWritten();
  const [text, setText] = useUnsent(`guestbook.${roomId}`);
  const [secret, setSecret] = useState(false);
  const { busy, fault, act } = useActing();
  const once = useOnce(roomId, text, secret);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (fits(text)) {
      act(
        () => writeEntry(roomId, text, secret, once),
        (entry) => {
          tell(text, entry, words.written);
          setText('');
          setSecret(false);
          written(entry);
        },
      );
    }
  };
  return (
    <form className={styles.write} onSubmit={send} data-testid="guestbook-write">
      <Area label={words.write} placeholder={words.placeholder} rows={3} value={text} count={[charsOf(text), entryCharsMax]} fault={fault} onChange={(event) => setText(event.target.value)} />
      {/* one's own room: nobody else would see it */}
      {!own && <Switch name="secret" label={words.secret} lead={words.secretLead} on={secret} turn={setSecret} />}
      <div className={styles.send}>
        <Button variant="primary" type="submit" icon={secret ? 'lock' : 'pencil'} busy={busy} disabled={!fits(text)}>
          {words.send}
        </Button>
      </div>
    </form>
  );
}

interface WriteReplyProps {
  entry: GuestbookEntry;
  written(reply: GuestbookEntry): void;
}

export function WriteReply({ entry, written }: WriteReplyProps) {
  const words = useGuestbookWords();
  const tell = useWritten();
  const [text, setText] = useUnsent(`reply.${entry.id}`);
  const { busy, fault, act } = useActing();
  const once = useOnce(entry.id, text);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (fits(text)) {
      act(
        () => writeReply(entry.id, text, once),
        (reply) => {
          tell(text, reply, null);
          setText('');
          written(reply);
        },
      );
    }
  };
  return (
    <form className={styles.writeReply} onSubmit={send} data-testid="reply-write">
      <Area label={words.replyTo(entry.author.displayName)} rows={2} value={text} count={[charsOf(text), entryCharsMax]} fault={fault} onChange={(event) => setText(event.target.value)} />
      <div className={styles.send}>
        <Button variant="primary" type="submit" icon="reply" busy={busy} disabled={!fits(text)}>
          {words.reply}
        </Button>
      </div>
    </form>
  );
}
