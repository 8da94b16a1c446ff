/** A picture in its place from the start: its colours first, and itself when it is there. */
import { useLayoutEffect, useRef, useState } from 'react';
import type { Picture } from '../api/assets';
import { classes } from '../ui/controls';
import { decodeBlurhash } from './blurhash';
import styles from './Blurred.module.css';

const side = 24;

interface BlurredProps {
  picture: Picture;
  size: 'thumb' | 'small' | 'large';
  /** How wide it is shown, as `sizes` of an image says; then the large one serves sharp screens. */
  sizes?: string;
  /** Only its colours: nothing of it is loaded. */
  covered?: boolean;
  /** Empty where what is around it says what it shows. */
  alt: string;
  fit?: 'cover' | 'contain';
}

export function Blurred({ picture, size, sizes, covered = false, alt, fit = 'cover' }: BlurredProps) {
  const [loaded, setLoaded] = useState('');
  const address = picture[size];
  return (
    <span className={styles.frame}>
      <Colours hash={picture.blurhash} />
      {!covered && (
        <img
          className={classes(styles.picture, loaded === address && styles.loaded, fit === 'contain' && styles.whole)}
          src={address}
          {...(sizes ? { srcSet: sources(picture), sizes } : {})}
          width={picture.width}
          height={picture.height}
          alt={alt}
          loading="lazy"
          decoding="async"
          draggable={false}
          onLoad={() => setLoaded(address)}
          // its words are shown then, on its colours
          onError={() => setLoaded(address)}
        />
      )}
    </span>
  );
}

/** The longest side of the small one. */
const smallSidePx = 640;

function sources({ small, large, width, height }: Picture): string | undefined {
  const smallWidth = Math.round(width * Math.min(smallSidePx / Math.max(width, height), 1));
  return smallWidth === width ? undefined : `${small} ${smallWidth}w, ${large} ${width}w`;
}

function Colours({ hash }: { hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const pixels = decodeBlurhash(hash, side, side);
    if (pixels) {
      canvas.current?.getContext('2d')?.putImageData(new ImageData(pixels, side, side), 0, 0);
    }
  }, [hash]);
  return <canvas ref={canvas} className={styles.colours} width={side} height={side} aria-hidden="true" />;
}
