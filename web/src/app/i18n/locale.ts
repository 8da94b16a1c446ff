/** The language on screen: the browser's at first, the visitor's own choice from then on. */
import { create } from 'zustand';
import { en } from './en';
import { ko } from './ko';
import { preferred, type Locale, type Messages } from './messages';

const storageKey = 'maru.locale';
const dictionaries: Record<Locale, Messages> = { ko, en };

interface LocaleState {
  locale: Locale;
  choose(locale: Locale): void;
}

function remembered(): Locale | null {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'ko' || stored === 'en' ? stored : null;
  } catch {
    // storage is denied in some private windows: the browser's language serves
    return null;
  }
}

function remember(locale: Locale): void {
  try {
    localStorage.setItem(storageKey, locale);
  } catch {
    // the choice then lasts as long as the page
  }
}

function show(locale: Locale): void {
  document.documentElement.lang = locale;
}

export const useLocaleStore = create<LocaleState>((set) => {
  const locale = remembered() ?? preferred(navigator.languages);
  show(locale);
  return {
    locale,
    choose(chosen) {
      remember(chosen);
      show(chosen);
      set({ locale: chosen });
    },
  };
});

export function useLocale(): Locale {
  return useLocaleStore((state) => state.locale);
}

export function useMessages(): Messages {
  return dictionaries[useLocale()];
}
