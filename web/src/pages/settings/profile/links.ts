/** The links of a profile, as the server takes them. */
import type { ProfileLink } from '../../../app/api/people';
import { charsOf, isWebLink } from '../../../app/social/text';

export const linksMax = 5;
export const linkLabelCharsMax = 30;
const linkUrlBytesMax = 500;

/** Whether one of them cannot be saved. The server looks closer. */
export function linksFault(links: readonly ProfileLink[]): boolean {
  return links.length > linksMax || links.some(({ label, url }) => charsOf(label) === 0 || charsOf(label) > linkLabelCharsMax || !isWebLink(url) || new TextEncoder().encode(url).length > linkUrlBytesMax);
}

/** An address without its beginning, as people write them, gets one. */
export function completed(url: string): string {
  const tidy = url.trim();
  return tidy === '' || /^[a-z][a-z0-9+.-]*:/iu.test(tidy) ? tidy : `https://${tidy}`;
}

/** A line in which nothing was written yet is no link: it is neither wrong nor saved. */
export function isBegun({ label, url }: ProfileLink): boolean {
  return label.trim() !== '' || url.trim() !== '';
}
