/** Korean particles that depend on how the word before them ends. */

const firstSyllable = 0xac00;
const endings = 28;
const rieul = 8;

/** A name with 로 or 으로: "by way of". Words in other scripts take 로, as most are read without a final consonant. */
export function byWayOf(name: string): string {
  const last = /[가-힣]$/u.exec(name)?.[0].codePointAt(0) ?? firstSyllable;
  const ending = (last - firstSyllable) % endings;
  return `${name}${ending === 0 || ending === rieul ? '로' : '으로'}`;
}
