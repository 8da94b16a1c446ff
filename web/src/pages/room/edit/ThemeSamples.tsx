/** A patch of wallpaper, a patch of floor. */
import { drawingAddress, remembering } from '../../../app/pictures/drawingImage';
import { floorings, wallpapers, type Flooring, type Wallpaper } from '../../../world/catalogue';
import { flooringMarkup } from '../../../world/room/flooring';
import { wallpaperMarkup } from '../../../world/room/wallpaper';
import styles from './edit.module.css';

const samplesMost = 64;
const patch = { x: 40, y: 20, width: 84, height: 56, ground: '' };

const paper = remembering(samplesMost, (id) => {
  const { left, pattern } = wallpapers.find((each) => each.id === id) ?? { left: '#ffffff', pattern: 'plain' };
  return drawingAddress({ ...patch, body: `<rect width="400" height="200" fill="${left}"/>${wallpaperMarkup(pattern, left)}` });
});

const floor = remembering(samplesMost, (id) => {
  const { color, pattern } = floorings.find((each) => each.id === id) ?? { color: '#ffffff', pattern: 'plain' };
  return drawingAddress({ ...patch, body: flooringMarkup(pattern, color) });
});

export function WallpaperSample({ wallpaper }: { wallpaper: Wallpaper }) {
  return <img className={styles.patch} src={paper(wallpaper.id)} alt="" style={{ borderBottomColor: wallpaper.trim }} />;
}

export function FlooringSample({ flooring }: { flooring: Flooring }) {
  return <img className={styles.patch} src={floor(flooring.id)} alt="" />;
}
