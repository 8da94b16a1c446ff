/** The dialog of a report, whose code comes when it is opened; and the choice that opens it in a list of things to do. */
import { lazy, Suspense, useState } from 'react';
import type { ContentKind } from '../api/moderation';
import { Choice } from '../ui/form';
import { useModerationWords } from './words';

const ReportDialog = lazy(async () => ({ default: (await import('./ReportDialog')).ReportDialog }));

export interface Reported {
  readonly kind: ContentKind;
  readonly id: string;
}

/** Nothing while nothing is reported. */
export function Reporting({ what, close }: { what: Reported | null; close(): void }) {
  return (
    what && (
      <Suspense>
        <ReportDialog kind={what.kind} id={what.id} onClose={close} />
      </Suspense>
    )
  );
}

export function ReportChoice({ kind, id }: Reported) {
  const { report: words } = useModerationWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Choice icon="flag" label={words.choice} lead={words.choiceLead} act={() => setOpen(true)} />
      <Reporting what={open ? { kind, id } : null} close={() => setOpen(false)} />
    </>
  );
}
