/** Everything said in the room, in full, read out as it comes. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ViewLine } from 'maru-client';
import { useLocale, useMessages } from '../../../app/i18n';
import { Reporting } from '../../../app/moderation/Reporting';
import { chatLineId } from '../../../app/moderation/ruling';
import { useModerationWords } from '../../../app/moderation/words';
import { Button, classes } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';
import { Portrait } from '../../../app/ui/Portrait';
import styles from './ChatLog.module.css';

interface ChatLogProps {
  lines: readonly ViewLine[];
  selfId: string | null;
  lookOf(authorId: string): readonly number[] | null;
  roomId: string;
}

/** Scrolled up further than this, the reader is reading: new lines do not pull them down. */
const atEndWithinPx = 60;

export function ChatLog({ lines, selfId, lookOf, roomId }: ChatLogProps) {
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
  const { report: words } = useModerationWords();
  const [choosing, setChoosing] = useState(false);
  const [reported, report] = useState<string | null>(null);
  const reportable = lines.some(({ authorId, pending }) => authorId !== selfId && !pending);
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
            report={choosing && line.authorId !== selfId && !line.pending ? () => report(chatLineId(roomId, lines, index)) : null}
          />
        ))}
      </div>
      {!following && (
        <Button className={styles.newest} icon="chevronDown" onClick={() => setFollowing(true)}>
          {chat.newest}
        </Button>
      )}
      {reportable && (
        <Button
          variant="quiet"
          shape="round"
          icon={choosing ? 'close' : 'flag'}
          className={styles.report}
          aria-pressed={choosing}
          aria-label={choosing ? words.stop : words.line}
          title={choosing ? words.stop : words.line}
          data-testid="report-line"
          onClick={() => setChoosing(!choosing)}
        />
      )}
      {choosing && (
        <p className={styles.choose} role="status">
          {words.lineLead}
        </p>
      )}
      <Reporting
        what={reported === null ? null : { kind: 'chat_line', id: reported }}
        close={() => {
          report(null);
          setChoosing(false);
        }}
      />
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
  /** While one is to be chosen for a report. */
  report: (() => void) | null;
}

function Line({ line, mine, follows, look, time, report }: LineProps) {
  const { report: words } = useModerationWords();
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
      {report && (
        <button type="button" className={styles.flag} aria-label={words.lineOf(line.authorName)} title={words.lineOf(line.authorName)} onClick={report}>
          <Icon name="flag" size={18} />
        </button>
      )}
    </div>
  );
}

function useClock(): (atMs: number) => string {
  const locale = useLocale();
  const format = useMemo(() => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }), [locale]);
  return (atMs) => format.format(atMs);
}
