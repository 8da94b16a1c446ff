/** The pictures of a post that is being written: how far they have come, what they show, in which order. */
import { useLayoutEffect, useRef, type PointerEvent } from 'react';
import { charsOf } from '../../social/text';
import { classes, IconButton } from '../../ui/controls';
import { Area } from '../../ui/form';
import { Blurred } from '../../pictures/Blurred';
import { altCharsMax } from '../limits';
import { usePostWords } from '../words';
import styles from './composer.module.css';
import type { Slot } from './slots';
import { useDragOrder } from './useDragOrder';
import type { Uploads } from './useUploads';

export function PictureTray({ uploads }: { uploads: Uploads }) {
  const { composer: words } = usePostWords();
  const { slots } = uploads;
  const { list, dragged, begin } = useDragOrder(uploads.move);
  if (slots.length === 0) {
    return null;
  }
  return (
    <ol ref={list} className={styles.tray} aria-label={words.pictures} data-testid="tray">
      {slots.map((slot, at) => (
        <Entry key={slot.key} slot={slot} at={at} all={slots.length} uploads={uploads} isDragged={dragged === slot.key} drag={slots.length > 1 ? (event) => begin(slot.key, event) : null} />
      ))}
    </ol>
  );
}

interface EntryProps {
  slot: Slot;
  at: number;
  all: number;
  uploads: Uploads;
  isDragged: boolean;
  /** Null where there is nothing to change places with. */
  drag: ((event: PointerEvent) => void) | null;
}

function Entry({ slot, at, all, uploads, isDragged, drag }: EntryProps) {
  const { composer: words } = usePostWords();
  const { key, state, sent, alt, fault } = slot;
  const number = at + 1;
  const percent = Math.round(sent * 100);
  return (
    <li className={classes(styles.entry, isDragged && styles.dragged)} data-state={state} data-key={key}>
      {/* the buttons beside it do the same for the keyboard */}
      <span className={classes(styles.thumb, drag && styles.grip)} title={drag ? words.drag : undefined} data-testid="drag-picture" onPointerDown={drag ?? undefined}>
        {slot.picture ? <Blurred picture={slot.picture} size="thumb" alt="" /> : <Chosen file={slot.file} />}
      </span>
      <div className={styles.about}>
        <Area label={words.alt(number)} hint={words.altHint} rows={2} className={styles.alt} value={alt} count={[charsOf(alt), altCharsMax]} onChange={(event) => uploads.describe(key, event.target.value)} />
        {state === 'sending' && <progress className={styles.progress} value={percent} max={100} aria-label={words.sending(percent)} />}
        <p className={fault ? styles.fault : styles.state} role={fault ? 'alert' : 'status'}>
          {fault ?? (state === 'sending' ? words.sending(percent) : state === 'processing' ? words.processing : words.ready)}
        </p>
        <div className={styles.entryActs}>
          <IconButton icon="chevronUp" variant="quiet" label={words.earlier(number)} disabled={at === 0} onClick={() => uploads.move(key, -1)} />
          <IconButton icon="chevronDown" variant="quiet" label={words.later(number)} disabled={at === all - 1} onClick={() => uploads.move(key, 1)} />
          {state === 'failed' && slot.file && <IconButton icon="rotateRight" variant="quiet" label={words.again(number)} onClick={() => uploads.again(key)} />}
          <IconButton icon="trash" variant="quiet" label={words.take(number)} data-testid="take-picture" onClick={() => uploads.take(key)} />
        </div>
      </div>
    </li>
  );
}

/** The file itself, while it is on its way. */
function Chosen({ file }: { file: File | null }) {
  const image = useRef<HTMLImageElement>(null);
  useLayoutEffect(() => {
    if (!file || !image.current) {
      return undefined;
    }
    const address = URL.createObjectURL(file);
    image.current.src = address;
    return () => URL.revokeObjectURL(address);
  }, [file]);
  return file && <img ref={image} alt="" className={styles.chosenFile} />;
}
