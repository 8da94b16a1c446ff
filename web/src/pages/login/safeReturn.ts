/** Where to go after signing in. */

/** A path of this site, or the home page: an address from a link is never followed elsewhere. */
export function safeReturn(path: string | null): string {
  return path !== null && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : '/';
}
