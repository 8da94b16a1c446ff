/** Time that only runs forward, for waits; a platform without `performance` has the wall clock. */

export function now(): number {
  return typeof performance === 'object' ? performance.now() : Date.now();
}
