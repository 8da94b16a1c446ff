/** The pictures of a post, in places of known size, and large in a viewer. */
import { lazy, Suspense, useState, type CSSProperties } from 'react';
import type { Picture } from '../api/assets';
import { Blurred } from '../pictures/Blurred';
import { Button, classes } from '../ui/controls';
import { Icon } from '../ui/Icon';
import styles from './pictures.module.css';
import { usePostWords } from './words';

const PictureViewer = lazy(async () => ({ default: (await import('./PictureViewer')).PictureViewer }));

/** More are in the viewer. */
const shownMost = 4;
/** Nothing wider or higher than this, whatever was uploaded. */
const [narrowest, widest] = [0.7, 2.4];

interface PicturesProps {
  pictures: readonly Picture[];
  sensitive: boolean;
}

export function Pictures({ pictures, sensitive }: PicturesProps) {
  const { post: words, picture: one } = usePostWords();
  const [revealed, reveal] = useState(false);
  const [open, setOpen] = useState<number | null>(null);
  const covered = sensitive && !revealed;
  const shown = pictures.slice(0, shownMost);
  const first = pictures[0];
  if (!first) {
    return null;
  }
  const ratio = Math.min(Math.max(first.width / first.height, narrowest), widest);
  return (
    <div className={classes(styles.pictures, shown.length === 1 && styles.alone)} style={shown.length === 1 ? ({ '--ratio': ratio } as CSSProperties) : undefined} data-testid="pictures" data-covered={covered}>
      <ul className={classes(styles.grid, styles[`of${shown.length}`])} aria-label={words.pictures} aria-hidden={covered || undefined}>
        {shown.map((picture, at) => (
          <li key={picture.id}>
            <button type="button" className={styles.open} aria-label={one.open(at + 1, picture.alt)} aria-haspopup="dialog" tabIndex={covered ? -1 : 0} disabled={covered} onClick={() => setOpen(at)}>
              <Blurred picture={picture} size="small" alt="" covered={covered} {...(shown.length === 1 ? { sizes: '(max-width: 700px) 92vw, 640px' } : {})} />
              {at === shownMost - 1 && pictures.length > shownMost && <span className={styles.more} data-face={`+${pictures.length - shownMost}`} aria-hidden="true" />}
              {picture.alt !== '' && !covered && <span className={styles.alt} data-face="ALT" aria-hidden="true" />}
            </button>
          </li>
        ))}
      </ul>
      {covered && (
        <div className={styles.cover}>
          <Icon name="look" />
          <p>
            <b>{one.sensitive}</b>
            <span>{one.sensitiveLead}</span>
          </p>
          <Button data-testid="reveal" onClick={() => reveal(true)}>
            {one.reveal}
          </Button>
        </div>
      )}
      {open !== null && (
        <Suspense>
          <PictureViewer pictures={pictures} first={open} close={() => setOpen(null)} />
        </Suspense>
      )}
    </div>
  );
}
