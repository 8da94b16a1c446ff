/** What was changed here and is not saved yet, over what the server has. */

/** The values as they would be, saved. */
export function shown<T extends object>(saved: T, touched: Partial<T>): T {
  return { ...saved, ...touched };
}

/** What there is to save: whatever is as it was saved is no change. Null for nothing. */
export function patchOf<T extends object>(saved: T, touched: Partial<T>): Partial<T> | null {
  const changed = Object.entries(touched).filter(([name, value]) => value !== undefined && !same(value, saved[name as keyof T]));
  return changed.length === 0 ? null : (Object.fromEntries(changed) as Partial<T>);
}

function same(a: unknown, b: unknown): boolean {
  // settings and profiles are small and made of JSON
  return JSON.stringify(a) === JSON.stringify(b);
}
