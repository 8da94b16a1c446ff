/** Short notices at the edge of the page. */
import { create } from 'zustand';

export type ToastTone = 'info' | 'good' | 'bad';

/** What one may do about a notice. */
export interface ToastAction {
  readonly label: string;
  run(): void;
}

export interface Toast {
  readonly id: number;
  readonly tone: ToastTone;
  readonly text: string;
  readonly action: ToastAction | null;
}

interface ToastState {
  toasts: readonly Toast[];
  show(tone: ToastTone, text: string, action?: ToastAction): void;
  dismiss(id: number): void;
}

const shownForMs = 6000;
/** Time to decide. */
const actionForMs = 12_000;
/** More would cover the room; the oldest goes first. */
const shownAtOnceMax = 3;
let lastId = 0;

export const useToasts = create<ToastState>((set, get) => ({
  toasts: [],
  show(tone, text, action) {
    lastId += 1;
    const toast: Toast = { id: lastId, tone, text, action: action ?? null };
    const others = get().toasts.filter((shown) => shown.text !== text);
    set({ toasts: [...others, toast].slice(-shownAtOnceMax) });
    setTimeout(() => get().dismiss(toast.id), action ? actionForMs : shownForMs);
  },
  dismiss(id) {
    set({ toasts: get().toasts.filter((toast) => toast.id !== id) });
  },
}));
