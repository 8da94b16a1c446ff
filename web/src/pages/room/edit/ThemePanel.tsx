/** Wallpaper, floor and light of the room. */
import type { ReactNode } from 'react';
import { useLocale, useMessages } from '../../../app/i18n';
import { classes } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';
import { floorings, wallpapers } from '../../../world/catalogue';
import styles from './edit.module.css';
import { FlooringSample, WallpaperSample } from './ThemeSamples';

interface ThemeChoice {
  readonly wallpaper: string;
  readonly flooring: string;
  readonly light: string;
}

interface ThemePanelProps {
  theme: ThemeChoice;
  choose(change: Partial<ThemeChoice>): void;
}

export function ThemePanel({ theme, choose }: ThemePanelProps) {
  const { edit } = useMessages();
  const locale = useLocale();
  return (
    <div className={styles.theme}>
      <Choice title={edit.light}>
        {(['day', 'night'] as const).map((light) => (
          <button
            key={light}
            type="button"
            className={classes(styles.light, styles[light], theme.light === light && styles.chosen)}
            aria-pressed={theme.light === light}
            data-light={light}
            onClick={() => choose({ light })}
          >
            <Icon name={light === 'day' ? 'sun' : 'moon'} />
            {edit[light]}
          </button>
        ))}
      </Choice>
      <Choice title={edit.wallpaper}>
        {wallpapers.map((wallpaper) => (
          <button
            key={wallpaper.id}
            type="button"
            className={classes(styles.sample, theme.wallpaper === wallpaper.id && styles.chosen)}
            aria-pressed={theme.wallpaper === wallpaper.id}
            data-wallpaper={wallpaper.id}
            onClick={() => choose({ wallpaper: wallpaper.id })}
          >
            <WallpaperSample wallpaper={wallpaper} />
            <span>{wallpaper.name[locale]}</span>
          </button>
        ))}
      </Choice>
      <Choice title={edit.flooring}>
        {floorings.map((flooring) => (
          <button
            key={flooring.id}
            type="button"
            className={classes(styles.sample, theme.flooring === flooring.id && styles.chosen)}
            aria-pressed={theme.flooring === flooring.id}
            data-flooring={flooring.id}
            onClick={() => choose({ flooring: flooring.id })}
          >
            <FlooringSample flooring={flooring} />
            <span>{flooring.name[locale]}</span>
          </button>
        ))}
      </Choice>
    </div>
  );
}

function Choice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.choice}>
      <legend>{title}</legend>
      <div className={styles.options}>{children}</div>
    </fieldset>
  );
}
