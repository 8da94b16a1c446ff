/** Layouts of the room one is in: kept, brought back and forgotten through the live room. */
import { BATCH_OPS_MAX, type LiveRoom } from 'maru-client';
import { useToasts } from '../../../app/state/toasts';
import { useDeciding } from './decision';
import { LayoutsView } from './LayoutsView';
import { layoutsUsual } from './policy';
import { useRoomList } from './useRoomList';
import { useManageWords } from './words';

/** Restores a layout; whether taking it back is one step of one's own, as the room says when it comes. */
async function restore(live: LiveRoom, name: string): Promise<{ outcome: Awaited<ReturnType<LiveRoom['restoreLayout']>>; undoable: boolean }> {
  let size = Infinity;
  const stop = live.on('change', ({ mine, ops }) => {
    if (mine) {
      size = ops.length;
    }
  });
  const outcome = await live.restoreLayout(name);
  stop();
  // setting back a theme takes a step for each of its three parts
  return { outcome, undoable: size + 2 <= BATCH_OPS_MAX && live.canUndo };
}

export function LayoutsPanel({ live, close }: { live: LiveRoom; close(): void }) {
  const { layouts: words } = useManageWords();
  const show = useToasts((state) => state.show);
  const [listed, again] = useRoomList(live, 'layouts');
  const { busy, fault, decide } = useDeciding();
  const bringBack = (name: string): void => {
    let undoable = false;
    const attempt = async () => {
      const answer = await restore(live, name);
      ({ undoable } = answer);
      return answer.outcome;
    };
    decide(attempt, () => {
      show('good', words.restored(name), undoable ? { label: words.takeBack, run: () => void live.undo() } : undefined);
      close();
    });
  };
  return (
    <LayoutsView
      listed={listed}
      again={again}
      most={live.limits?.layoutsMax ?? layoutsUsual}
      busy={busy}
      fault={fault}
      keep={(name, done) => decide(() => live.saveLayout(name), done)}
      restore={bringBack}
      remove={(name, done) => decide(() => live.removeLayout(name), done)}
    />
  );
}
