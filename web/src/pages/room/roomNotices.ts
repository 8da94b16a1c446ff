/** What one is told of while in a room: the bell counts it, and the page says it. */
import { useEffect } from 'react';
import type { LiveRoom } from 'maru-client';
import { noticeText } from '../../app/social/noticeText';
import { useSocialWords } from '../../app/social/words';
import { useNotices } from '../../app/state/notices';
import { useToasts } from '../../app/state/toasts';

export function useRoomNotices(live: LiveRoom | null): void {
  const { notices } = useSocialWords();
  const show = useToasts((state) => state.show);
  const heard = useNotices((state) => state.heard);
  useEffect(
    () =>
      live?.on('notification', ({ kind, from, unread }) => {
        heard(unread);
        show('info', noticeText(notices, kind, from?.name ?? null));
      }),
    [live, notices, show, heard],
  );
}
