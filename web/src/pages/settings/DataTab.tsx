/** Everything one owns, to take along. */
import type { User } from '../../app/api';
import { fetchArchive } from '../../app/api/account';
import { useActing } from '../../app/social/useActing';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { faultClass } from '../../app/ui/form';
import { useAgain } from './again';
import { Section } from './Section';
import { useSettingsWords } from './words';

/** Long enough for a browser to take the bytes. */
const addressKeptMs = 60_000;

export function DataTab({ me }: { me: User }) {
  const { data: words } = useSettingsWords();
  const show = useToasts((state) => state.show);
  const { busy, fault, act } = useActing();
  const { takes, dialog } = useAgain('/settings/data');
  const download = (): void =>
    act(
      fetchArchive,
      (archive) => {
        const address = URL.createObjectURL(archive);
        const link = document.createElement('a');
        link.href = address;
        link.download = `maru-${me.handle}.zip`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(address), addressKeptMs);
        show('good', words.ready);
      },
      takes('export'),
    );
  return (
    <Section title={words.title} lead={words.lead} testId="export">
      <Button variant="primary" icon="download" busy={busy} onClick={download}>
        {busy ? words.preparing : words.download}
      </Button>
      {fault !== null && (
        <p className={faultClass} role="alert">
          {fault}
        </p>
      )}
      {dialog}
    </Section>
  );
}
