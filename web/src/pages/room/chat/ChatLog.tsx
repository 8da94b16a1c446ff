/** Everything said in the room, in full, read out as it comes. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ViewLine } from 'maru-client';
import { useLocale, useMessages } from '../../../app/i18n';
import { Button, classes } from '../../../app/ui/controls';
import { Portrait } from '../../../app/ui/Portrait';
import styles from './ChatLog.module.css';

interface ChatLogProps {
  lines: readonly ViewLine[];
  selfId: string | null;
  lookOf(authorId: string): readonly number[] | null;
}

/** Scrolled up further than this, the reader is reading: new lines do not pull them down. */
const atEndWithinPx = 60;

export function ChatLog({ lines, selfId, lookOf }: ChatLogProps) {
  const { chat } = useMessages();
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const newest = lines.at(-1);
  useLayoutEffect(() => {
    if (following && newest && scroller.current) {
      scroller.current.scrollTop = scroller.current.scrollHeight;
    }
  }, [newest, following]);
  const clock = useClock();
  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.log}
        role="log"
        aria-live="polite"
        aria-label={chat.log}
        // scrolled with the keyboard, so it must take the focus
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        data-testid="chat-log"
        onScroll={({ currentTarget: at }) => setFollowing(at.scrollHeight - at.scrollTop - at.clientHeight < atEndWithinPx)}
      >
        {lines.length === 0 && <p className={styles.empty}>{chat.empty}</p>}
        {lines.map((line, index) => (
          <Line
            key={line.pending ? `pending-${line.atMs}-${line.text}` : `${line.seq}-${line.authorId}-${index}`}
            line={line}
            mine={line.authorId === selfId}
            follows={lines[index - 1]?.authorId === line.authorId}
            look={lookOf(line.authorId)}
            time={clock(line.atMs)}
          />
        ))}
      </div>
      {!following && (
        <Button className={styles.newest} icon="chevronDown" onClick={() => setFollowing(true)}>
          {chat.newest}
        </Button>
      )}
    </div>
  );
}

interface LineProps {
  line: ViewLine;
  mine: boolean;
  /** The line before is by the same author: the name is not said again. */
  follows: boolean;
  look: readonly number[] | null;
  time: string;
}

function Line({ line, mine, follows, look, time }: LineProps) {
  return (
    <div className={classes(styles.line, mine && styles.mine, follows && styles.follows)}>
      {!mine && <span className={styles.face}>{!follows && look && <Portrait look={look} size={32} />}</span>}
      <div className={styles.said}>
        <span className={follows ? 'visually-hidden' : styles.author}>{line.authorName}</span>
        <p className={classes(styles.text, line.pending && styles.pending)}>{line.text}</p>
      </div>
      <time className={styles.time} dateTime={new Date(line.atMs).toISOString()}>
        {time}
      </time>
    </div>
  );
}

function useClock(): (atMs: number) => string {
  const locale = useLocale();
  const format = useMemo(() => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }), [locale]);
  return (atMs) => format.format(atMs);
}
