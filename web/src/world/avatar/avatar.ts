/** A whole avatar, and the head alone for presence chips. The origin is the point between the feet, or the seat. */
import type { Drawing } from '../iso/drawing';
import { drawHeadwear, drawNeckwear } from './accessories';
import { drawBib, drawLegs, drawSeatedLegs } from './bottoms';
import { drawFace, drawHead as drawHeadShape } from './face';
import { Figure } from './figure';
import { drawHairBack, drawHairBehind, drawHairFront } from './hair';
import { STANDING, swingOf, type Pose } from './pose';
import { drawArm, drawTorso } from './tops';
import { outfitOf, toLook, type Outfit } from './wardrobe';

/** The figure is drawn a little larger than a room wants it. */
const SCALE = 0.94;
/** Seated, the hips come down to the seat. */
const SEATED_DROP = 13;
const BOUNDS = { left: -34, top: -94, right: 34, bottom: 20 } as const;
/** Head and shoulders, in figure units. */
const BUST = { left: -29, top: -88, size: 58 } as const;

/** How high above the feet, in pixels at scale 1, the top of a head is. */
export const AVATAR_HEIGHT = 74 * SCALE;
/** The same above a seat. */
export const SEATED_HEIGHT = (74 - SEATED_DROP) * SCALE;

export function drawAvatar(look: readonly number[], pose: Pose = STANDING): Drawing {
  const valid = toLook(look);
  const key = `${valid.join('-')}-${pose.view[0]}${pose.frame}${pose.sit ? 's' : ''}${pose.blink ? 'b' : ''}`;
  const figure = new Figure(key);
  drawFigure(figure, outfitOf(valid), pose, key);
  const flip = pose.mirror ? `scale(${-SCALE} ${SCALE})` : `scale(${SCALE})`;
  return {
    x: BOUNDS.left * SCALE,
    y: BOUNDS.top * SCALE,
    width: (BOUNDS.right - BOUNDS.left) * SCALE,
    height: (BOUNDS.bottom - BOUNDS.top) * SCALE,
    body: `<g transform="${flip}">${figure.markup()}</g>`,
    ground: '',
  };
}

/** Head and shoulders in a square. */
export function drawHead(look: readonly number[]): Drawing {
  const valid = toLook(look);
  const key = `${valid.join('-')}-h`;
  const figure = new Figure(key);
  drawFigure(figure, outfitOf(valid), STANDING, key);
  return { x: BUST.left, y: BUST.top, width: BUST.size, height: BUST.size, body: figure.markup(), ground: '' };
}

function drawFigure(figure: Figure, outfit: Outfit, pose: Pose, key: string): void {
  const front = pose.view === 'front';
  const swing = pose.sit ? 0 : swingOf(pose.frame);
  const bob = swing === 0 ? 0 : -1.3;
  const shift = `translate(0 ${pose.sit ? SEATED_DROP : bob})`;
  if (front) figure.moved(shift, () => drawHairBehind(figure, outfit.hairStyle, outfit.hair));
  if (!pose.sit) drawLegs(figure, outfit, front, swing);
  figure.moved(shift, () => {
    drawArm(figure, outfit, -1, -swing);
    drawTorso(figure, outfit, front);
    drawBib(figure, outfit, front);
    drawNeckwear(figure, outfit, front);
    drawArm(figure, outfit, 1, swing);
  });
  if (pose.sit && front) drawSeatedLegs(figure, outfit);
  figure.moved(shift, () => {
    drawHeadShape(figure, outfit.skin);
    if (front) {
      drawFace(figure, outfit.skin, outfit.hairStyle, pose.blink, key);
      drawHairFront(figure, outfit.hairStyle, outfit.hair);
    } else {
      drawHairBack(figure, outfit.hairStyle, outfit.hair);
    }
    drawHeadwear(figure, outfit, front);
  });
}
