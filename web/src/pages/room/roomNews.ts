/** Tells everyone inside at once what changed about the room, or about what they may do in it. */
import { useEffect, useRef } from 'react';
import type { LiveRoom, Role, RoomInfo } from 'maru-client';
import { useToasts } from '../../app/state/toasts';
import { newsOf } from './news';
import { useRoomWords } from './words';

export function useRoomNews(live: LiveRoom | null): void {
  const { changed } = useRoomWords();
  const show = useToasts((state) => state.show);
  const known = useRef<{ live: LiveRoom; info: RoomInfo | null; role: Role | null } | null>(null);
  useEffect(() => {
    if (!live) {
      return undefined;
    }
    if (known.current?.live !== live) {
      known.current = { live, info: live.info, role: live.role };
    }
    const { current } = known;
    const stops = [
      live.on('room', (info) => {
        for (const text of current.info ? newsOf(changed, current.info, info) : []) {
          show('info', text);
        }
        current.info = info;
      }),
      live.on('role', (role) => {
        if (current.role !== null && role !== 'owner') {
          show(role === 'editor' ? 'good' : 'info', changed[role]);
        }
        current.role = role;
      }),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [live, show, changed]);
}
