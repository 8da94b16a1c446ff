/** Korean or English, at once. Each language is named in itself. */
import { locales, useLocaleStore, useMessages, type Locale } from '../i18n';
import { classes } from './controls';
import styles from './LanguageSwitch.module.css';

const names: Record<Locale, { short: string; full: string }> = {
  ko: { short: '한', full: '한국어' },
  en: { short: 'EN', full: 'English' },
};

/** `compact` offers only the other language where space is short. */
export function LanguageSwitch({ compact = false }: { compact?: boolean }) {
  const { locale, choose } = useLocaleStore();
  const { common } = useMessages();
  return (
    <div className={classes(styles.switch, compact && styles.compact)} role="group" aria-label={common.language}>
      {locales.map((each) => (
        <button
          key={each}
          type="button"
          lang={each}
          className={classes(each === locale && styles.chosen)}
          aria-pressed={each === locale}
          title={names[each].full}
          onClick={() => choose(each)}
        >
          {names[each].short}
        </button>
      ))}
    </div>
  );
}
