/** The dialogs that are open: nothing outside the topmost can be reached or is read out. */
import { create } from 'zustand';

const useDialogs = create<{ open: readonly HTMLElement[] }>(() => ({ open: [] }));

/** Until the returned function is called. */
export function openedDialog(dialog: HTMLElement): () => void {
  useDialogs.setState(({ open }) => ({ open: [...open, dialog] }));
  return () => useDialogs.setState(({ open }) => ({ open: open.filter((each) => each !== dialog) }));
}

/** Null while there is none. */
export function useTopDialog(): HTMLElement | null {
  return useDialogs(({ open }) => open.at(-1) ?? null);
}
