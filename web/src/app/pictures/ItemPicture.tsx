/** The picture of a piece of furniture. */
import { catalogueItem } from '../../world/catalogue';
import { drawItem, drawWallItem } from '../../world/furniture';
import { drawingAddress, remembering } from './drawingImage';
import styles from './RoomPicture.module.css';

/** The catalogue in a few colours. */
const drawnMost = 400;

const picture = remembering(drawnMost, (key) => {
  const [kind = '', color = ''] = key.split('/');
  const piece = catalogueItem(kind);
  if (!piece) {
    return null;
  }
  const paint = color === '' ? undefined : color;
  return drawingAddress(piece.place === 'wall' ? drawWallItem(kind, 2, false, paint) : drawItem(kind, 0, paint));
});

interface ItemPictureProps {
  kind: string;
  color?: string;
  size: number | '100%';
}

export function ItemPicture({ kind, color = '', size }: ItemPictureProps) {
  const address = picture(`${kind}/${color}`);
  // a kind of a newer server has no picture here
  return address === null ? (
    <span style={{ width: size, height: size }} />
  ) : (
    <img className={styles.item} src={address} alt="" loading="lazy" decoding="async" draggable={false} style={{ width: size, height: size }} />
  );
}
