/** While decorating: take back, do again, whether it is saved, and the way out. */
import type { RefCallback } from 'react';
import type { LiveRoom } from 'maru-client';
import { useLocale, useMessages } from '../../../app/i18n';
import { Button, IconButton } from '../../../app/ui/controls';
import { catalogueItem } from '../../../world/catalogue';
import styles from './EditBar.module.css';
import { SaveState } from './SaveState';

interface EditBarProps {
  cover: RefCallback<HTMLElement>;
  live: LiveRoom;
  unsaved: number;
  connected: boolean;
  placing: string | null;
  stopPlacing(): void;
  done(): void;
}

export function EditBar({ cover, live, unsaved, connected, placing, stopPlacing, done }: EditBarProps) {
  const { edit, room } = useMessages();
  const locale = useLocale();
  return (
    <div className={styles.frame}>
      <div className={styles.bar} role="toolbar" aria-label={edit.title} data-testid="edit-bar" ref={cover}>
        <IconButton shape="square" variant="quiet" icon="undo" label={edit.undo} disabled={!live.canUndo} onClick={() => void live.undo()} />
        <IconButton shape="square" variant="quiet" icon="redo" label={edit.redo} disabled={!live.canRedo} onClick={() => void live.redo()} />
        <SaveState unsaved={unsaved} connected={connected} />
        <Button variant="primary" icon="check" onClick={done}>
          {room.editDone}
        </Button>
      </div>
      {placing !== null && (
        <div className={styles.placing} role="status">
          <span>{edit.placing(catalogueItem(placing)?.name[locale] ?? placing)}</span>
          <Button onClick={stopPlacing}>{edit.placingStop}</Button>
        </div>
      )}
    </div>
  );
}
