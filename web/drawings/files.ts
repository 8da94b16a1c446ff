/** The files that `npm run drawings` writes, by their path from web/. */
import { drawingsJson } from './drawings';
import { vectorsJson } from './vectors';

export const files: readonly (readonly [string, () => string])[] = [
  ['../protocol/drawings.json', drawingsJson],
  ['../protocol/vectors/drawings.json', vectorsJson],
];
