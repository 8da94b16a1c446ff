/** Which texts hold a word one does not want to read: as the server finds them in posts and comments (`docs/moderation.md`). */

export interface Muting {
  readonly word: string;
  /** As the server compares it. */
  readonly folded: string;
  /** Null: until it is taken away. */
  readonly untilMs: number | null;
}

const invisible = /\u{AD}|[\u{200B}-\u{200F}]|\u{2060}|[\u{FE00}-\u{FE0F}]|\u{FEFF}/gu;
const spaces = /[\s\u{85}]+/gu;
/** Scripts that put endings to words, or no spaces between them. */
const cjk = /[\u{1100}-\u{11FF}\u{2E80}-\u{2FDF}\u{3005}-\u{30FF}\u{3130}-\u{318F}\u{31F0}-\u{31FF}\u{3400}-\u{4DBF}\u{4E00}-\u{9FFF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{20000}-\u{3FFFF}]/u;
const alphanumeric = /[\p{Alphabetic}\p{N}]/u;

/** Without case, width, composition and invisible characters. */
export function folded(text: string): string {
  // each character by itself: how it is written must not hang on what stands beside it, as the Greek sigma does
  const each = (whole: string, change: (char: string) => string): string => Array.from(whole, change).join('');
  const lower = (whole: string): string => each(whole, (char) => char.toLowerCase());
  const upper = (whole: string): string => each(whole, (char) => char.toUpperCase());
  return lower(upper(lower(text.normalize('NFKC')))).replaceAll(invisible, '').normalize('NFKC').replaceAll(spaces, ' ').trim();
}

/** Whether a word may begin or end right at this character, or at the end of the text. */
function isFree(char: string | undefined): boolean {
  return char === undefined || cjk.test(char) || !alphanumeric.test(char);
}

function holds(text: string, word: string): boolean {
  const letters = Array.from(word);
  const [startsFree, endsFree] = [isFree(letters[0]), isFree(letters.at(-1))];
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    const before = Array.from(text.slice(Math.max(at - 2, 0), at)).at(-1);
    const [after] = text.slice(at + word.length, at + word.length + 2);
    if ((startsFree || isFree(before)) && (endsFree || isFree(after))) {
      return true;
    }
  }
  return false;
}

/** Finds the first of the words that a text holds at that time, as it was written; null for none. */
export function mutedWordIn(words: readonly Muting[]): (text: string, nowMs: number) => string | null {
  const all = words.map(({ word, folded: as, untilMs }) => ({ word, untilMs, as })).filter(({ as }) => as !== '');
  if (all.length === 0) {
    return () => null;
  }
  return (text, nowMs) => {
    const within = folded(text);
    return all.find(({ as, untilMs }) => (untilMs === null || nowMs < untilMs) && holds(within, as))?.word ?? null;
  };
}
