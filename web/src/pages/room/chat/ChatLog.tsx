/** Everything said in the room, in full, read out as it comes. */
import { useId, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { ViewLine } from 'maru-client';
import { useLocale, useMessages } from '../../../app/i18n';
import { Reporting } from '../../../app/moderation/Reporting';
import { chatLineId } from '../../../app/moderation/ruling';
import { useModerationWords } from '../../../app/moderation/words';
import { Button, classes } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';
import { Portrait } from '../../../app/ui/Portrait';
import { isMaskedLine, type MaskedLines } from '../maskedLines';
import type { MutedIn } from '../mutedWords';
import { useRoomWords } from '../words';
import styles from './ChatLog.module.css';

interface ChatLogProps {
  lines: readonly ViewLine[];
  selfId: string | null;
  lookOf(authorId: string): readonly number[] | null;
  roomId: string;
  mutedIn: MutedIn;
  /** One's own lines that the room keeps otherwise than they were said. */
  masked: MaskedLines;
}

/** Scrolled up further than this, the reader is reading: new lines do not pull them down. */
const atEndWithinPx = 60;

export function ChatLog({ lines, selfId, lookOf, roomId, mutedIn, masked }: ChatLogProps) {
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
            // the oldest lines go as new ones come: a number in the list would make every line another
            key={chatLineId(roomId, lines, index) ?? `pending-${line.atMs}-${line.text}`}
            line={line}
            mine={line.authorId === selfId}
            follows={lines[index - 1]?.authorId === line.authorId}
            look={lookOf(line.authorId)}
            time={clock(line.atMs)}
            muted={mutedIn(line)}
            masked={line.authorId === selfId && isMaskedLine(masked, lines, index)}
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
  /** The word for which one would rather not read it. */
  muted: string | null;
  /** Words in it were covered; only whoever said it is told. */
  masked: boolean;
  /** While one is to be chosen for a report. */
  report: (() => void) | null;
}

function Line({ line, mine, follows, look, time, muted, masked, report }: LineProps) {
  const { report: words } = useModerationWords();
  const { masked: covered } = useRoomWords();
  const text = <p className={classes(styles.text, line.pending && styles.pending)}>{line.text}</p>;
  return (
    <div className={classes(styles.line, mine && styles.mine, follows && styles.follows)}>
      {!mine && <span className={styles.face}>{!follows && look && <Portrait look={look} size={32} />}</span>}
      <div className={styles.said}>
        <span className={follows ? 'visually-hidden' : styles.author}>{line.authorName}</span>
        {muted === null ? text : <Folded word={muted}>{text}</Folded>}
        {masked && (
          <small className={styles.masked} data-testid="masked-line">
            <Icon name="eyeOff" size={14} />
            {covered}
          </small>
        )}
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

/** A line with a muted word in it, until one wants to read it. */
function Folded({ word, children }: { word: string; children: ReactNode }) {
  const { muted: words } = useModerationWords();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button type="button" className={styles.fold} aria-expanded={open} aria-controls={id} data-testid="muted-line" onClick={() => setOpen(!open)}>
        {words.inLine(word)} <b>{open ? words.hide : words.show}</b>
      </button>
      <div id={id}>{open && children}</div>
    </>
  );
}

function useClock(): (atMs: number) => string {
  const locale = useLocale();
  const format = useMemo(() => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }), [locale]);
  return (atMs) => format.format(atMs);
}
