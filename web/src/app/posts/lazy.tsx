/** Dialogs about posts that come when they are opened. */
import { lazy, Suspense, type ComponentProps, type ComponentType } from 'react';

function opened<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: await load() }));
  return (props: P) => (
    <Suspense>
      <Loaded {...(props as ComponentProps<typeof Loaded>)} />
    </Suspense>
  );
}

export const EditsDialog = opened(async () => (await import('./EditsDialog')).EditsDialog);
export const PeopleDialog = opened(async () => (await import('./PeopleDialog')).PeopleDialog);
export const ReportDialog = opened(async () => (await import('../moderation/ReportDialog')).ReportDialog);
