/** Where one writes: emotes, the message, send. */
import { useRef, useState, type KeyboardEvent } from 'react';
import { useMessages } from '../../../app/i18n';
import { useUnsent } from '../../../app/state/unsent';
import { Button, classes, fieldClass, IconButton } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';
import { useRoomWords } from '../words';
import styles from './ChatBar.module.css';
import { EmoteMenu } from './EmoteMenu';
import { EnterGuard } from './enterGuard';

interface ChatBarProps {
  roomId: string;
  lengthMax: number;
  /** False while the connection is away: the draft stays where it is. */
  open: boolean;
  /** The owner has taken one's chat away. */
  muted: boolean;
  /** Seconds until one may talk again, 0 when one may. */
  waitSeconds: number;
  say(text: string): void;
  /** Called with each key. */
  typing(active: boolean): void;
}

export function ChatBar({ roomId, lengthMax, open, muted, waitSeconds, say, typing }: ChatBarProps) {
  const { chat } = useMessages();
  const words = useRoomWords();
  const [draft, write] = useUnsent(`chat.${roomId}`);
  const [emoting, setEmoting] = useState(false);
  const guard = useRef(new EnterGuard());
  const field = useRef<HTMLInputElement>(null);
  const tooLong = [...draft.trim()].length > lengthMax;
  const mayTalk = open && !muted && waitSeconds === 0;

  /** Reads the field itself: at the end of a composition the state is one event behind. */
  const send = (): void => {
    const text = (field.current?.value ?? '').trim();
    if (!mayTalk || text === '' || [...text].length > lengthMax) {
      return;
    }
    typing(false);
    say(text);
    write('');
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && guard.current.enterPressed()) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && !guard.current.composing) {
      field.current?.blur();
    }
  };
  return (
    <form
      className={styles.bar}
      onSubmit={(event) => {
        event.preventDefault();
        if (!guard.current.composing) {
          send();
        }
      }}
    >
      <div className={styles.emotes}>
        <IconButton icon="smile" label={chat.emotes} aria-expanded={emoting} disabled={!mayTalk} onClick={() => setEmoting(!emoting)} />
        {emoting && (
          <EmoteMenu
            close={() => setEmoting(false)}
            pick={(sign) => {
              say(sign);
              setEmoting(false);
            }}
          />
        )}
      </div>
      <div className={styles.line}>
        <input
          ref={field}
          className={classes(fieldClass, styles.field)}
          value={draft}
          placeholder={chat.placeholder}
          aria-label={chat.label}
          aria-invalid={tooLong}
          autoComplete="off"
          enterKeyHint="send"
          data-testid="chat-field"
          onChange={(event) => {
            write(event.target.value);
            typing(event.target.value.trim() !== '');
          }}
          onBlur={() => typing(false)}
          onKeyDown={keyDown}
          onCompositionStart={() => guard.current.compositionStarted()}
          onCompositionUpdate={(event) => guard.current.compositionUpdated(event.data)}
          onCompositionEnd={() => {
            if (guard.current.compositionEnded()) {
              send();
            }
          }}
        />
        <span className={classes((waitSeconds > 0 || muted) && styles.held)} role="status" data-testid="chat-note">
          {muted ? words.muted : waitSeconds > 0 && <Waiting seconds={waitSeconds} />}
        </span>
        {tooLong && (
          <span className={styles.tooLong} role="alert">
            {chat.tooLong}
          </span>
        )}
      </div>
      <Button variant="primary" type="submit" className={styles.send} disabled={!mayTalk || draft.trim() === '' || tooLong} aria-label={chat.send}>
        <span className={styles.sendText}>{chat.send}</span>
        <Icon name="send" size={20} />
      </Button>
    </form>
  );
}

/** Counts for the eyes, and says once how long it is: each second read out would be a sentence. */
function Waiting({ seconds }: { seconds: number }) {
  const { limits } = useRoomWords();
  const [all] = useState(seconds);
  return (
    <>
      <span className="visually-hidden">{limits.chat(all)}</span>
      <span aria-hidden="true">{limits.chat(seconds)}</span>
    </>
  );
}
