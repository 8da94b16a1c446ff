/** The composer over the page one is on, when it is opened. */
import { lazy, Suspense, type ComponentProps } from 'react';
import type { ComposerDialog as Whole } from './ComposerDialog';

const Loaded = lazy(async () => ({ default: (await import('./ComposerDialog')).ComposerDialog }));

export function ComposerDialog(props: ComponentProps<typeof Whole>) {
  return (
    <Suspense>
      <Loaded {...props} />
    </Suspense>
  );
}
