/** Texts as the server counts them. */

/** In Unicode scalar values, after NFC and without space around. */
export function charsOf(text: string): number {
  return [...text.normalize('NFC').trim()].length;
}

/** The host of a link, as people read it; the address itself where it has none. */
export function hostOf(url: string): string {
  try {
    return new URL(url).hostname.replace(/^www\./u, '') || url;
  } catch {
    return url;
  }
}

/** Whether a link may be followed: only the web's own kinds. */
export function isWebLink(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
