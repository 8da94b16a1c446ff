/** Korean particles that depend on how the word before them ends. */

const firstSyllable = 0xac00;
const endings = 28;
const rieul = 8;

/** The final consonant of a name, 0 for none. Words in other scripts count as such without, as most are read. */
function endingOf(name: string): number {
  const last = /[가-힣]$/u.exec(name)?.[0].codePointAt(0) ?? firstSyllable;
  return (last - firstSyllable) % endings;
}

/** A name with 로 or 으로: "by way of". */
export function byWayOf(name: string): string {
  const ending = endingOf(name);
  return `${name}${ending === 0 || ending === rieul ? '로' : '으로'}`;
}

/** A name in quotes with 라고 or 이라고: how one calls something. */
export function saidAs(name: string): string {
  return `“${name}”${endingOf(name) === 0 ? '라고' : '이라고'}`;
}
