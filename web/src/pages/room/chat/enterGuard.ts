/**
 * When Enter sends. A Korean syllable is still being composed when Enter is pressed: the message goes once, at
 * the end of the composition. In other scripts a composing Enter only picks a candidate.
 */

const hangul = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]/;

export class EnterGuard {
  #composing = false;
  #text = '';
  #owed = false;

  get composing(): boolean {
    return this.#composing;
  }

  compositionStarted(): void {
    this.#composing = true;
    this.#text = '';
    this.#owed = false;
  }

  compositionUpdated(text: string): void {
    this.#text = text;
  }

  /** Whether to send now. */
  enterPressed(): boolean {
    if (!this.#composing) {
      return true;
    }
    this.#owed = hangul.test(this.#text);
    return false;
  }

  /** Whether an Enter pressed meanwhile sends now. */
  compositionEnded(): boolean {
    const owed = this.#owed;
    this.#composing = false;
    this.#owed = false;
    return owed;
  }
}
