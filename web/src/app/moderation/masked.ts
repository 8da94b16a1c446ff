/** What became of a text on its way. */

/** Whether some of it was covered: it came back otherwise than it was sent, in more than spaces and composition. */
export function isMasked(sent: string, came: string): boolean {
  return tidy(sent) !== tidy(came);
}

function tidy(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
}
