/** Avatars as images; drawing them comes after what a page needs at first. */
import { drawAvatar, drawHead } from '../../world/avatar';
import { drawingAddress, remembering } from './drawingImage';

const drawnMost = 256;
const numbers = (key: string): number[] => key.split('-').map(Number);

/** The address of the head of a look, its numbers joined by `-`. */
export const headImage = remembering(drawnMost, (key) => drawingAddress(drawHead(numbers(key))));
/** The same of the whole figure. */
export const figureImage = remembering(drawnMost, (key) => drawingAddress(drawAvatar(numbers(key))));
