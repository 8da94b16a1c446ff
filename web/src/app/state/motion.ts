/** How much may move: the device's wish, unless the person has another. */
import { create } from 'zustand';

export type MotionWish = 'system' | 'reduced' | 'full';

const storageKey = 'maru.motion';
const query = '(prefers-reduced-motion: reduce)';

interface MotionState {
  wish: MotionWish;
  reduced: boolean;
  choose(wish: MotionWish): void;
}

export function isReduced(wish: MotionWish, deviceReduces: boolean): boolean {
  return wish === 'system' ? deviceReduces : wish === 'reduced';
}

function remembered(): MotionWish {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'reduced' || stored === 'full' ? stored : 'system';
  } catch {
    // storage is denied in some private windows: the device's wish serves
    return 'system';
  }
}

function remember(wish: MotionWish): void {
  try {
    localStorage.setItem(storageKey, wish);
  } catch {
    // the choice then lasts as long as the page
  }
}

export const useMotion = create<MotionState>((set, get) => {
  const device = matchMedia(query);
  const state = (wish: MotionWish): Pick<MotionState, 'wish' | 'reduced'> => {
    const reduced = isReduced(wish, device.matches);
    // base.css stills what moves by this
    document.documentElement.dataset.motion = reduced ? 'reduced' : 'full';
    return { wish, reduced };
  };
  device.addEventListener('change', () => set(state(get().wish)));
  return {
    ...state(remembered()),
    choose(wish) {
      remember(wish);
      set(state(wish));
    },
  };
});

export function useReducedMotion(): boolean {
  return useMotion((state) => state.reduced);
}
