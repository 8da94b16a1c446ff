/** The foot of a form: what became of it, and saving. */
import { Button, classes } from '../../app/ui/controls';
import type { Draft } from './useDraft';
import styles from './settings.module.css';
import { useSettingsWords } from './words';

interface SaveBarProps<T extends object> {
  draft: Draft<T>;
  /** What must be mended first. */
  fault?: string | null;
}

export function SaveBar<T extends object>({ draft, fault = null }: SaveBarProps<T>) {
  const words = useSettingsWords();
  const trouble = draft.fault ?? (draft.patch ? fault : null);
  const text = trouble ?? (draft.state === 'conflict' ? words.conflict : draft.state === 'saved' ? words.saved : '');
  return (
    <div className={classes(styles.foot, (draft.patch || text !== '') && styles.footOn)}>
      <p className={classes(styles.note, draft.state === 'conflict' && styles.warning, trouble !== null && styles.trouble)} role={trouble !== null || draft.state === 'conflict' ? 'alert' : 'status'} data-testid="save-note" data-state={draft.state}>
        {text}
      </p>
      {draft.patch && draft.state !== 'busy' && (
        <Button variant="quiet" onClick={draft.undo}>
          {words.undo}
        </Button>
      )}
      <Button variant="primary" type="submit" icon="check" busy={draft.state === 'busy' || !draft.patch} disabled={fault !== null} data-testid="save">
        {draft.state === 'busy' ? words.saving : words.save}
      </Button>
    </div>
  );
}
