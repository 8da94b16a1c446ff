/** How many notices are unread: asked for where nothing tells of them, heard of while in a room. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { ApiProblem, fetchUnread } from '../api';
import { useMe } from './me';

interface NoticesState {
  /** Null until it is known. */
  unread: number | null;
  /** Grows with everything new: lists that are open read again. */
  news: number;
  refresh(): Promise<void>;
  heard(unread: number): void;
}

/** While the page is looked at and no room tells. */
const askEveryMs = 60_000;

export const useNotices = create<NoticesState>((set, get) => ({
  unread: null,
  news: 0,
  async refresh() {
    try {
      get().heard(await fetchUnread());
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 401 || error.code === 'account_closing')) {
        // signed out from elsewhere
        await useMe.getState().load();
      }
      // otherwise the number stays as it was: the next time will tell
    }
  },
  heard(unread) {
    const { unread: before, news } = get();
    set({ unread, news: before !== null && unread > before ? news + 1 : news });
  },
}));

/** Keeps the number fresh for as long as somebody looks. */
export function useFreshNotices(): void {
  const signedIn = useMe(({ user }) => user?.id ?? null);
  const refresh = useNotices((state) => state.refresh);
  useEffect(() => {
    if (signedIn === null) {
      useNotices.setState({ unread: null });
      return undefined;
    }
    const ask = (): void => {
      if (document.visibilityState === 'visible') {
        void refresh();
      }
    };
    ask();
    const timer = setInterval(ask, askEveryMs);
    window.addEventListener('focus', ask);
    document.addEventListener('visibilitychange', ask);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', ask);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [signedIn, refresh]);
}
