/** One edit of a room's history as a sentence. */
import type { Edit, EditPart } from 'maru-client';
import type { Locale } from '../../../app/i18n';
import { catalogueItem } from '../../../world/catalogue';

export function historyText(locale: Locale, edit: Pick<Edit, 'author' | 'parts'>): string {
  return locale === 'ko' ? inKorean(edit) : inEnglish(edit);
}

/** Whether a word ends in a consonant; digits and Latin letters are left open. */
function closedEnd(word: string): boolean | null {
  const last = word.codePointAt(word.length - 1) ?? 0;
  return last >= 0xac00 && last <= 0xd7a3 ? (last - 0xac00) % 28 !== 0 : null;
}

function withObjectParticle(word: string): string {
  const closed = closedEnd(word);
  return word + (closed === null ? '을(를)' : closed ? '을' : '를');
}

/** Animals are counted as such. */
const animals: ReadonlySet<string> = new Set(['cat', 'sleeping_cat', 'puppy']);

function thingsInKorean({ subject, count }: EditPart): string {
  const name = catalogueItem(subject)?.name.ko ?? subject;
  return count > 1 ? `${name} ${count}${animals.has(subject) ? '마리' : '개'}를` : withObjectParticle(name);
}

/** The clause as it goes on, and as it ends the sentence. */
function clausesInKorean(part: EditPart): readonly [string, string] {
  switch (part.action) {
    case 'put':
      return [`${thingsInKorean(part)} 놓고`, `${thingsInKorean(part)} 놓았어요`];
    case 'patch':
      return [`${thingsInKorean(part)} 옮기거나 바꾸고`, `${thingsInKorean(part)} 옮기거나 바꿨어요`];
    case 'remove':
      return [`${thingsInKorean(part)} 치우고`, `${thingsInKorean(part)} 치웠어요`];
    case 'setTheme':
      return ['방 분위기를 바꾸고', '방 분위기를 바꿨어요'];
    case 'restoreLayout':
      return [`“${part.subject}” 배치를 불러오고`, `“${part.subject}” 배치를 불러왔어요`];
  }
}

function inKorean({ author, parts }: Pick<Edit, 'author' | 'parts'>): string {
  const clauses = parts.map(clausesInKorean);
  const last = clauses.at(-1)?.[1] ?? '방을 손봤어요';
  return `${author.name} 님이 ${[...clauses.slice(0, -1).map(([going]) => going), last].join(', ')}`;
}

/** Names that are the same for one and for many, or mean no single thing. */
const uncounted: ReadonlySet<string> = new Set(['bamboo', 'candles', 'records', 'bunting', 'kotatsu', 'bonsai']);

function plural(noun: string): string {
  if (/(?:s|x|ch|sh)$/.test(noun)) return `${noun}es`;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return noun.endsWith('shelf') ? `${noun.slice(0, -1)}ves` : `${noun}s`;
}

/** English names of the catalogue, as they stand within a sentence. */
export function thingsInEnglish(kind: string, count: number): string {
  const title = catalogueItem(kind)?.name.en ?? kind;
  const name = title.charAt(0).toLowerCase() + title.slice(1);
  const last = name.split(' ').at(-1) ?? name;
  if (uncounted.has(last) || /^(?:string lights|floor bedding)$/.test(name)) {
    return count > 1 ? `${name} (${count})` : name;
  }
  if (count === 1) {
    return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
  }
  // a stack of books: the stacks are many
  const head = /^(.+?)((?: of |: ).+)?$/.exec(name);
  return `${count} ${plural(head?.[1] ?? name)}${head?.[2] ?? ''}`;
}

function clauseInEnglish({ action, subject, count }: EditPart): string {
  switch (action) {
    case 'put':
      return `put ${thingsInEnglish(subject, count)}`;
    case 'patch':
      return `moved or changed ${thingsInEnglish(subject, count)}`;
    case 'remove':
      return `took away ${thingsInEnglish(subject, count)}`;
    case 'setTheme':
      return 'changed the walls, floor or light';
    case 'restoreLayout':
      return `brought back the layout “${subject}”`;
  }
}

function inEnglish({ author, parts }: Pick<Edit, 'author' | 'parts'>): string {
  const clauses = parts.map(clauseInEnglish);
  const last = clauses.pop() ?? 'changed the room';
  return `${author.name} ${clauses.length === 0 ? last : `${clauses.join(', ')} and ${last}`}`;
}
