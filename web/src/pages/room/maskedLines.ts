/** Which of one's own lines the room keeps otherwise than they were said: words in them were masked. */
import { useEffect, useState } from 'react';
import type { ChatLine, LiveRoom, Op } from 'maru-client';
import { isMasked } from '../../app/moderation/masked';

/** A line by its seq, and its number among those of one's own with the same seq. */
export type MaskedLines = ReadonlySet<string>;

const keyOf = (seq: number, number: number): string => `${seq}/${number}`;

/** Of a batch that took effect at `seq` the lines that came back otherwise; null while the room is not there yet. */
export function maskedOf(ops: readonly Op[], seq: number, room: { readonly seq: number; readonly chat: readonly Pick<ChatLine, 'seq' | 'authorId' | 'text'>[] }, selfId: string): readonly string[] | null {
  const said = ops.flatMap((op) => (op.type === 'say' ? [op.text] : []));
  if (said.length === 0) {
    return [];
  }
  if (room.seq < seq) {
    return null;
  }
  const kept = room.chat.filter((line) => line.seq === seq && line.authorId === selfId);
  return said.flatMap((sent, number) => {
    const line = kept[number];
    return line && isMasked(sent, line.text) ? [keyOf(seq, number)] : [];
  });
}

/** Whether the line at `at`, one of one's own, is among them. */
export function isMaskedLine(masked: MaskedLines, lines: readonly Pick<ChatLine, 'seq' | 'authorId'>[], at: number): boolean {
  const line = lines[at];
  if (!line || masked.size === 0) {
    return false;
  }
  let number = 0;
  for (let before = at - 1; before >= 0 && lines[before]?.seq === line.seq; before -= 1) {
    number += lines[before]?.authorId === line.authorId ? 1 : 0;
  }
  return masked.has(keyOf(line.seq, number));
}

const none: MaskedLines = new Set();

/** Grows while one talks in this room. */
export function useMaskedLines(live: LiveRoom | null): MaskedLines {
  const [held, hold] = useState<{ readonly of: LiveRoom | null; readonly lines: MaskedLines }>({ of: null, lines: none });
  useEffect(() => {
    if (!live) {
      return undefined;
    }
    // answered, and the room is not there yet
    let waiting: { readonly ops: readonly Op[]; readonly seq: number }[] = [];
    const look = (): void => {
      const { self, view } = live;
      if (!self) {
        return;
      }
      const looked = waiting.map((batch) => ({ batch, masked: maskedOf(batch.ops, batch.seq, view, self.id) }));
      waiting = looked.flatMap(({ batch, masked }) => (masked === null ? [batch] : []));
      const found = looked.flatMap(({ masked }) => masked ?? []);
      if (found.length > 0) {
        hold((before) => ({ of: live, lines: new Set([...(before.of === live ? before.lines : []), ...found]) }));
      }
    };
    const stops = [
      live.on('ack', ({ ops, outcome }) => {
        if ((outcome.status === 'applied' || outcome.status === 'duplicate') && ops.some(({ type }) => type === 'say')) {
          waiting.push({ ops, seq: outcome.seq });
          look();
        }
      }),
      live.on('view', () => {
        if (waiting.length > 0) {
          look();
        }
      }),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [live]);
  return held.of === live ? held.lines : none;
}
