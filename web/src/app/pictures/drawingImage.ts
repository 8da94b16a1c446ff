/** Drawings as image addresses: one node in the page instead of hundreds. */
import { toSvg, type Drawing } from '../../world/iso/drawing';

/** SVG scales without loss; the size written into it only has to be sensible. */
export function drawingAddress(drawing: Drawing): string {
  return `data:image/svg+xml;utf8,${encodeURIComponent(toSvg(drawing, 1))}`;
}

/** Keeps the newest `most` results of a pure function, by key. */
export function remembering<T>(most: number, make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, T>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) {
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const made = make(key);
    kept.set(key, made);
    const oldest = kept.keys().next().value;
    if (kept.size > most && oldest !== undefined) {
      kept.delete(oldest);
    }
    return made;
  };
}
