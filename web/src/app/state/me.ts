/** Who is signed in on this browser. */
import { create } from 'zustand';
import { ApiProblem, fetchMe, onSuspended, restoreAccount, signOut as endLogin, suspendedCode, type Me } from '../api';

interface MeState {
  /** `undefined` until the server has answered; null for nobody. */
  user: Me | null | undefined;
  /** Signed in, and the account is closed: all one can do is restore it or leave. */
  closing: boolean;
  /** Signed in, and the account is suspended: all one can do is read why, appeal or leave. */
  suspended: boolean;
  /** Why it could not be found out; nobody counts as signed in then. */
  problem: unknown;
  load(): Promise<void>;
  /** The server said so of something else than who one is. */
  suspend(): void;
  signOut(): Promise<void>;
  restore(): Promise<void>;
}

export const useMe = create<MeState>((set, get) => ({
  user: undefined,
  closing: false,
  suspended: false,
  problem: null,
  async load() {
    try {
      set({ user: await fetchMe(), closing: false, suspended: false, problem: null });
    } catch (problem) {
      const code = problem instanceof ApiProblem ? problem.code : '';
      const closing = code === 'account_closing';
      // without an answer it is as it was
      const suspended = code === suspendedCode || (!closing && get().suspended);
      set({ user: null, closing, suspended, problem: closing || code === suspendedCode ? null : problem });
    }
  },
  suspend() {
    set({ user: null, closing: false, suspended: true, problem: null });
  },
  async signOut() {
    await endLogin();
    set({ user: null, closing: false, suspended: false });
  },
  async restore() {
    await restoreAccount();
    await get().load();
  },
}));

onSuspended(() => useMe.getState().suspend());

/** After a refusal for being nobody, of somebody: they were signed out elsewhere, and are shown so. */
export function noticeSignOut(error: unknown): void {
  const { user, suspended, load } = useMe.getState();
  if ((user || suspended) && error instanceof ApiProblem && (error.code === 'sign_in_required' || error.code === 'account_closing')) {
    void load();
  }
}
