/** Texts in the visitor's language. */
export { useLocale, useLocaleStore, useMessages } from './locale';
export { locales, textOf, type Locale, type LocalName, type Messages } from './messages';
