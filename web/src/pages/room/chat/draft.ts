/** A half-written message outlives reloads and lost connections. */

const storageKey = (roomId: string): string => `maru.draft.${roomId}`;

export function readDraft(roomId: string): string {
  try {
    return sessionStorage.getItem(storageKey(roomId)) ?? '';
  } catch {
    // storage denied: nothing was kept
    return '';
  }
}

export function keepDraft(roomId: string, text: string): void {
  try {
    if (text === '') {
      sessionStorage.removeItem(storageKey(roomId));
    } else {
      sessionStorage.setItem(storageKey(roomId), text);
    }
  } catch {
    // storage denied: the draft lives as long as the page
  }
}
