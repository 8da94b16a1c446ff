/** Pictures as large as the window, one after another, with their words. */
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Picture } from '../api/assets';
import { useMessages } from '../i18n';
import { Blurred } from '../pictures/Blurred';
import { openedDialog } from '../state/dialogs';
import { IconButton } from '../ui/controls';
import styles from './pictures.module.css';
import { usePostWords } from './words';

interface PictureViewerProps {
  pictures: readonly Picture[];
  first: number;
  close(): void;
}

/** A finger that moves less far means something else. */
const swipePx = 48;

export function PictureViewer({ pictures, first, close }: PictureViewerProps) {
  const { picture: words } = usePostWords();
  const { common } = useMessages();
  const element = useRef<HTMLDialogElement>(null);
  const closing = useRef(close);
  const began = useRef<number | null>(null);
  const [at, setAt] = useState(first);
  const all = pictures.length;
  useLayoutEffect(() => {
    closing.current = close;
  });
  useLayoutEffect(() => {
    const dialog = element.current;
    if (!dialog) {
      return undefined;
    }
    const cancel = (event: Event): void => {
      event.preventDefault();
      closing.current();
    };
    dialog.addEventListener('cancel', cancel);
    dialog.showModal();
    const left = openedDialog(dialog);
    return () => {
      dialog.removeEventListener('cancel', cancel);
      left();
      dialog.close();
    };
  }, []);
  const go = (by: number): void => setAt((now) => Math.min(Math.max(now + by, 0), all - 1));
  const byKey = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -all, End: all }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      go(by);
    }
  };
  const picture = pictures[at];
  if (!picture) {
    return null;
  }
  return (
    // the keys of the whole viewer
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog ref={element} className={styles.viewer} aria-label={words.viewer} data-testid="viewer" onKeyDown={byKey}>
      <div className={styles.bar}>
        <span className={styles.count} role="status">
          {words.of(at + 1, all)}
        </span>
        <IconButton icon="close" label={common.close} onClick={close} />
      </div>
      <div
        className={styles.stage}
        onPointerDown={({ clientX }) => {
          began.current = clientX;
        }}
        onPointerUp={({ clientX }) => {
          const moved = clientX - (began.current ?? clientX);
          began.current = null;
          if (Math.abs(moved) > swipePx) {
            go(moved < 0 ? 1 : -1);
          }
        }}
      >
        <span className={styles.large} style={{ aspectRatio: `${picture.width} / ${picture.height}`, maxWidth: picture.width }}>
          <Blurred key={picture.id} picture={picture} size="large" alt={picture.alt === '' ? words.none : picture.alt} fit="contain" />
        </span>
      </div>
      <div className={styles.bar}>
        {all > 1 && <IconButton icon="arrow" className={styles.previous} label={words.previous} disabled={at === 0} onClick={() => go(-1)} />}
        <p className={styles.words}>{picture.alt}</p>
        {all > 1 && <IconButton icon="arrow" label={words.next} disabled={at === all - 1} onClick={() => go(1)} />}
      </div>
    </dialog>
  );
}
