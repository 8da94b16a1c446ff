/** Which picture shows what: sprite keys, and the drawings behind them. */
import { drawAvatar } from '../avatar/avatar';
import type { Pose } from '../avatar/pose';
import { toLook } from '../avatar/wardrobe';
import { catalogueItem } from '../catalogue';
import { canDraw, drawItem, drawWallItem } from '../furniture';
import type { Drawing } from '../iso/drawing';
import type { Rotation } from '../iso/projection';
import { drawShell } from '../room/shell';
import type { Theme } from '../room/theme';
import type { SceneItem } from './types';

/** A picture by name, drawn when first needed. */
export interface Picture {
  readonly key: string;
  readonly draw: () => Drawing;
  /** Whether a soft shade goes round it, to set it off from what is behind. */
  readonly halo: boolean;
}

/** The picture of an item; none for a kind that this build does not know. */
export function itemPicture({ kind, place, rot, color }: Pick<SceneItem, 'kind' | 'place' | 'rot' | 'color'>, night: boolean): Picture | undefined {
  const known = catalogueItem(kind);
  if (!known || !canDraw(kind)) return undefined;
  // shade round a lamp would dim its own light
  const halo = known.place !== 'rug' && known.glow === undefined;
  if (place === 0) {
    const turned = (((rot % 4) + 4) % 4) as Rotation;
    return { key: `item:${kind}:${turned}:${color}`, halo, draw: () => drawItem(kind, turned, color) };
  }
  return { key: `wall:${kind}:${place}:${night ? 'night' : 'day'}:${color}`, halo, draw: () => drawWallItem(kind, place, night, color) };
}

/** Mirrored avatars share a picture: the painter flips it. */
export function avatarPicture(look: readonly number[], pose: Pose): Picture {
  const valid = toLook(look);
  const { view, frame, sit, blink } = pose;
  const unmirrored: Pose = { view, frame: frame === 2 ? 0 : frame, sit, blink, mirror: false };
  return {
    key: `avatar:${valid.join('.')}:${view}:${unmirrored.frame}${sit ? ':sit' : ''}${blink ? ':blink' : ''}`,
    halo: true,
    draw: () => drawAvatar(valid, unmirrored),
  };
}

export function shellPicture(theme: Theme): Picture {
  return { key: `shell:${theme.wallpaper}:${theme.flooring}`, halo: false, draw: () => drawShell(theme) };
}
