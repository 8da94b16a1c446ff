/** Who is signed in on this browser. */
import { create } from 'zustand';
import { ApiProblem, fetchMe, restoreAccount, signOut as endLogin, type Me } from '../api';

interface MeState {
  /** `undefined` until the server has answered; null for nobody. */
  user: Me | null | undefined;
  /** Signed in, and the account is closed: all one can do is restore it or leave. */
  closing: boolean;
  /** Why it could not be found out; nobody counts as signed in then. */
  problem: unknown;
  load(): Promise<void>;
  signOut(): Promise<void>;
  restore(): Promise<void>;
}

export const useMe = create<MeState>((set, get) => ({
  user: undefined,
  closing: false,
  problem: null,
  async load() {
    try {
      set({ user: await fetchMe(), closing: false, problem: null });
    } catch (problem) {
      const closing = problem instanceof ApiProblem && problem.code === 'account_closing';
      set({ user: null, closing, problem: closing ? null : problem });
    }
  },
  async signOut() {
    await endLogin();
    set({ user: null, closing: false });
  },
  async restore() {
    await restoreAccount();
    await get().load();
  },
}));

/** After a refusal for being nobody, of somebody: they were signed out elsewhere, and are shown so. */
export function noticeSignOut(error: unknown): void {
  const { user, load } = useMe.getState();
  if (user && error instanceof ApiProblem && (error.code === 'sign_in_required' || error.code === 'account_closing')) {
    void load();
  }
}
