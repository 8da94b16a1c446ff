/** Layouts of a room one is not in. */
import { useState } from 'react';
import { applyLayout, deleteLayout, fetchLayouts, saveLayout, type OwnRoom } from '../../app/api/rooms';
import { useActing } from '../../app/social/useActing';
import { usePages } from '../../app/state/pages';
import { useToasts } from '../../app/state/toasts';
import { Dialog } from '../../app/ui/Dialog';
import manage from '../room/manage/manage.module.css';
import { LayoutsView } from '../room/manage/LayoutsView';
import { layoutsUsual } from '../room/manage/policy';
import { useManageWords } from '../room/manage/words';
import { useRoomsWords } from './words';

interface LayoutsDialogProps {
  room: OwnRoom;
  /** The room has changed. */
  done(): void;
  close(): void;
}

export function LayoutsDialog({ room, done, close }: LayoutsDialogProps) {
  const { acts } = useRoomsWords();
  const { layouts: words } = useManageWords();
  const show = useToasts((state) => state.show);
  const [version, setVersion] = useState(0);
  const list = usePages(room.id, (cursor, signal) => fetchLayouts(room.id, { cursor, limit: 100, signal }), ({ name }) => name, version);
  const { busy, fault, act } = useActing();
  const bringBack = (name: string): void =>
    act(() => applyLayout(room.id, name), () => {
      show('good', words.restored(name));
      done();
      close();
    });
  return (
    <Dialog title={`${acts.layouts} · ${room.name}`} tall close={close}>
      <div className={manage.body} data-testid="layouts">
        <LayoutsView
          listed={list.status === 'ready' ? { status: 'ready', list: list.entries } : list.status === 'failed' ? { status: 'failed', forbidden: false } : { status: 'loading' }}
          again={() => (list.status === 'failed' ? list.again() : setVersion(version + 1))}
          most={layoutsUsual}
          busy={busy}
          fault={fault}
          keep={(name, kept) => act(() => saveLayout(room.id, name), kept)}
          restore={bringBack}
          remove={(name, gone) => act(() => deleteLayout(room.id, name), gone)}
        />
      </div>
    </Dialog>
  );
}
