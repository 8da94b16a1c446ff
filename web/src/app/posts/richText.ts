/** What people write, in parts: words, tags, handles, links. As the server finds them. */

export type Part =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'tag'; readonly text: string; readonly tag: string }
  | { readonly kind: 'mention'; readonly text: string; readonly handle: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string };

export const tagCharsMax = 50;

/** A letter, a digit, a mark that joins them, or an underscore; fillers count as letters and show nothing. */
const tagSign = String.raw`(?:(?![\u115F\u1160\u3164\uFFA0])[\p{L}\p{N}\p{M}_])`;
const found = new RegExp(
  [
    String.raw`(?<url>https?:\/\/[^\s<>"'\p{Cc}]+)`,
    String.raw`(?<![\p{L}\p{N}\p{M}_#＃&/])[#＃](?<tag>${tagSign}+)`,
    String.raw`(?<![A-Za-z0-9@/._+-])[@＠](?<handle>[A-Za-z0-9_]+)`,
  ].join('|'),
  'gu',
);

/** One form for one tag: without width, case and composition. */
export function tagOf(text: string): string | null {
  const name = text.normalize('NFKC').toLowerCase().normalize('NFKC');
  const fits = [...name].length <= tagCharsMax && /\p{Alphabetic}/u.test(name);
  return fits && new RegExp(`^${tagSign}+$`, 'u').test(name) ? name : null;
}

function handleOf(text: string): string | null {
  const handle = text.toLowerCase();
  return /^[a-z0-9_]{2,24}$/u.test(handle) ? handle : null;
}

/** A sentence's end is no part of the address in it. */
function addressIn(text: string): string {
  const bare = text.replace(/[.,!?;:'"”’…)\]}]+$/u, '');
  const opens = bare.split('(').length - bare.split(')').length;
  return opens > 0 && text.startsWith(`${bare})`) ? `${bare})` : bare;
}

export function parts(text: string): Part[] {
  const all: Part[] = [];
  let from = 0;
  const add = (part: Part, at: number): void => {
    if (at > from) {
      all.push({ kind: 'words', text: text.slice(from, at) });
    }
    all.push(part);
    from = at + part.text.length;
  };
  for (const match of text.matchAll(found)) {
    const { url, tag, handle } = match.groups ?? {};
    const known = tag === undefined ? null : tagOf(tag);
    const person = handle === undefined ? null : handleOf(handle);
    if (url !== undefined) {
      const address = addressIn(url);
      add({ kind: 'link', text: address, url: address }, match.index);
    } else if (known !== null) {
      add({ kind: 'tag', text: match[0], tag: known }, match.index);
    } else if (person !== null) {
      add({ kind: 'mention', text: match[0], handle: person }, match.index);
    }
  }
  if (from < text.length) {
    all.push({ kind: 'words', text: text.slice(from) });
  }
  return all;
}

/** The tags a text has, each once. */
export function tagsIn(text: string): string[] {
  return [...new Set(parts(text).flatMap((part) => (part.kind === 'tag' ? [part.tag] : [])))];
}
