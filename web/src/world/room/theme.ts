/** What a room's theme ids stand for; unknown ids, from a newer server, become the first of their list. */
import { floorings, wallpapers, type Flooring, type Wallpaper } from '../catalogue';

export interface Theme {
  readonly wallpaper: string;
  readonly flooring: string;
  readonly light: 'day' | 'night';
}

export function wallpaperOf(theme: Theme): Wallpaper {
  return (wallpapers.find(({ id }) => id === theme.wallpaper) ?? wallpapers[0]) as Wallpaper;
}

export function flooringOf(theme: Theme): Flooring {
  return (floorings.find(({ id }) => id === theme.flooring) ?? floorings[0]) as Flooring;
}
