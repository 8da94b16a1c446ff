/** The rules of a room as the owner edits them: what was touched, over what is in force. */
import type { PolicyPatch, RoomInfo } from 'maru-client';

export type Rules = Pick<RoomInfo, 'name' | 'visibility' | 'guestsAllowed' | 'locked' | 'peopleMax'>;

export const nameCharsMax = 40;
/** Most layouts of a room, where the server has not said its limit. */
export const layoutsUsual = 10;

export const tidyName = (name: string): string => name.normalize('NFC').trim();

/** The server's rule for the names of rooms and layouts: 1 to 40 characters, none of them a control character. */
export function nameFits(name: string): boolean {
  const tidy = tidyName(name);
  return tidy !== '' && [...tidy].length <= nameCharsMax && !/\p{Cc}/u.test(tidy);
}

export function shownRules(inForce: RoomInfo, touched: PolicyPatch): Rules {
  const { name, visibility, guestsAllowed, locked, peopleMax } = { ...inForce, ...touched };
  return { name, visibility, guestsAllowed, locked, peopleMax };
}

/** Only what really differs: rules that somebody changed meanwhile are left alone. Null when nothing does. */
export function patchOf(inForce: RoomInfo, touched: PolicyPatch): PolicyPatch | null {
  const wished = touched.name === undefined ? touched : { ...touched, name: tidyName(touched.name) };
  const different = Object.entries(wished).filter(([rule, value]) => value !== undefined && inForce[rule as keyof Rules] !== value);
  return different.length === 0 ? null : Object.fromEntries(different);
}

/** Whether the change may send people out who are inside. */
export function mayPutOut(inForce: RoomInfo, patch: PolicyPatch | null): boolean {
  const narrower = { public: 0, followers: 1, private: 2 };
  const closes = patch?.visibility !== undefined && narrower[patch.visibility] > narrower[inForce.visibility];
  return closes || patch?.guestsAllowed === false;
}
