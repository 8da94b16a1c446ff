/** Counts frames: how many there were, how many were painted, and how many the last second had. */

export class FrameRate {
  frames = 0;
  paints = 0;
  private recent: number[] = [];

  tick(now: number, painted: boolean): void {
    this.frames++;
    if (painted) this.paints++;
    this.recent.push(now);
    while ((this.recent[0] ?? now) < now - 1000) this.recent.shift();
  }

  get fps(): number {
    return this.recent.length;
  }
}
