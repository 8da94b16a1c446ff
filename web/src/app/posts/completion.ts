/** What is being written at the caret: the beginning of a tag or of somebody's handle. */

export interface Beginning {
  readonly kind: 'tag' | 'mention';
  /** Without the sign before it; may be empty. */
  readonly query: string;
  /** Where the sign stands. */
  readonly from: number;
  readonly to: number;
}

const tag = /(?<![\p{L}\p{N}\p{M}_#＃&/])[#＃]([\p{L}\p{N}\p{M}_]{0,50})$/u;
const mention = /(?<![A-Za-z0-9@/._+-])[@＠]([A-Za-z0-9_]{0,24})$/u;

/** Null: nothing that could be completed. */
export function beginningAt(text: string, caret: number): Beginning | null {
  const before = text.slice(0, caret);
  for (const [kind, pattern] of [['tag', tag], ['mention', mention]] as const) {
    const match = pattern.exec(before);
    if (match) {
      return { kind, query: match[1] ?? '', from: match.index, to: caret };
    }
  }
  return null;
}

/** The text with the beginning completed, and where the caret goes. */
export function completed(text: string, { kind, from, to }: Beginning, chosen: string): { text: string; caret: number } {
  // what goes on behind the caret without a gap was the rest of the same word
  const rest = text.slice(to).replace(kind === 'tag' ? /^[\p{L}\p{N}\p{M}_]+/u : /^[A-Za-z0-9_]+/u, '');
  const word = `${kind === 'tag' ? '#' : '@'}${chosen}`;
  const gap = /^\s/u.test(rest) ? '' : ' ';
  return { text: text.slice(0, from) + word + gap + rest, caret: from + word.length + 1 };
}
