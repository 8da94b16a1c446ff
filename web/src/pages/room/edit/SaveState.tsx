/** Whether what one sees is saved. It says so only when the server has said so. */
import { useMessages } from '../../../app/i18n';
import { Chip, dotClass } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';

export function SaveState({ unsaved, connected }: { unsaved: number; connected: boolean }) {
  const { edit } = useMessages();
  return (
    <span role="status" data-testid="save-state" data-unsaved={unsaved}>
      {unsaved === 0 ? (
        <Chip tone="good">
          <Icon name="check" size={15} />
          {edit.saved}
        </Chip>
      ) : (
        <Chip tone="waiting">
          <span className={dotClass} />
          {connected ? edit.saving : edit.unsaved(unsaved)}
        </Chip>
      )}
    </span>
  );
}
