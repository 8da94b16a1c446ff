/** A switch of a component: shown at once, taken back when it is refused. */
import { useEffect, useRef } from 'react';
import { noticeSignOut } from '../state/me';
import { useToasts } from '../state/toasts';
import { LatestWish } from './latestWish';
import { usePostProblem } from './usePostProblem';

interface Ways<T> {
  send(wish: T): Promise<unknown>;
  show(value: T): void;
}

export function useWish<T>(now: T, ways: Ways<T>): (wish: T) => void {
  const text = usePostProblem();
  const toast = useToasts((state) => state.show);
  const failed = (error: unknown): void => {
    noticeSignOut(error);
    toast('bad', text(error));
  };
  const latest = useRef({ ...ways, failed });
  useEffect(() => {
    latest.current = { ...ways, failed };
  });
  const switched = useRef<LatestWish<T>>(null);
  useEffect(() => switched.current?.heard(now), [now]);
  return (wish) => {
    switched.current ??= new LatestWish<T>(now, {
      send: (value) => latest.current.send(value),
      show: (value) => latest.current.show(value),
      failed: (error) => latest.current.failed(error),
    });
    switched.current.wish(wish);
  };
}
