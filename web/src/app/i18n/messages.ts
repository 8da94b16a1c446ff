/** The dictionary's type, and how a text for a code from the server is found. */
import type { en } from './en';

export type Messages = typeof en;
export type Locale = 'ko' | 'en';
export const locales: readonly Locale[] = ['ko', 'en'];

/** The first of the browser's languages that Maru speaks; English when it speaks none of them. */
export function preferred(languages: readonly string[]): Locale {
  for (const language of languages) {
    const primary = language.toLowerCase().split('-')[0];
    if (primary === 'ko' || primary === 'en') {
      return primary;
    }
  }
  return 'en';
}

/** A name in both languages, as protocol/*.json writes them. */
export interface LocalName {
  readonly ko: string;
  readonly en: string;
}

/** The text of a code; codes of newer servers fall back to the table's `other`. */
export function textOf<T extends { other: string }>(table: T, code: string): string {
  const found: unknown = Object.hasOwn(table, code) ? table[code as keyof T] : undefined;
  return typeof found === 'string' ? found : table.other;
}
