/** Who is signed in on this browser. */
import { create } from 'zustand';
import { fetchMe, signOut as endLogin, type User } from '../api';

interface MeState {
  /** `undefined` until the server has answered; null for nobody. */
  user: User | null | undefined;
  /** Why it could not be found out; nobody counts as signed in then. */
  problem: unknown;
  load(): Promise<void>;
  signOut(): Promise<void>;
}

export const useMe = create<MeState>((set) => ({
  user: undefined,
  problem: null,
  async load() {
    try {
      set({ user: await fetchMe(), problem: null });
    } catch (problem) {
      set({ user: null, problem });
    }
  },
  async signOut() {
    await endLogin();
    set({ user: null });
  },
}));
