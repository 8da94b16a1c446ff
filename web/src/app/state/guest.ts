/** The name and look a guest chose last, kept in this browser so that the next door opens at once. */
import { toLook } from '../../world/avatar/wardrobe';
import type { GuestIdentity } from '../api';

const storageKey = 'maru.guest';
export const nameLengthMax = 20;

export type NameFault = 'empty' | 'too_long' | 'control_characters';

/** The server's rules for a guest's name: 1 to 20 scalar values after NFC and trim, no control characters. */
export function nameFault(name: string): NameFault | null {
  const tidy = tidyName(name);
  if (tidy === '') {
    return 'empty';
  }
  if (/\p{Cc}/u.test(tidy)) {
    return 'control_characters';
  }
  return [...tidy].length > nameLengthMax ? 'too_long' : null;
}

export function tidyName(name: string): string {
  return name.normalize('NFC').trim();
}

/** What was stored, read with suspicion: anything may have written there. */
export function parseGuest(stored: string | null): GuestIdentity | null {
  if (stored === null) {
    return null;
  }
  try {
    const { name, look } = JSON.parse(stored) as Record<string, unknown>;
    if (typeof name !== 'string' || nameFault(name) !== null || !Array.isArray(look)) {
      return null;
    }
    return { name: tidyName(name), look: toLook(look.map(Number)) };
  } catch {
    // not JSON of ours: the visitor is asked again
    return null;
  }
}

export function rememberedGuest(): GuestIdentity | null {
  try {
    return parseGuest(localStorage.getItem(storageKey));
  } catch {
    // storage is denied in some private windows
    return null;
  }
}

export function rememberGuest(guest: GuestIdentity): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(guest));
  } catch {
    // storage denied: the name serves for this page only
  }
}
