/** Plays another person's reported positions a little late, so that between two reports they walk and do not jump. */
import { facingOf, toFacing, type Facing } from '../avatar/pose';

/** About one and a quarter send intervals. */
export const PLAYBACK_DELAY_MS = 120;
/** Reports come at most this often; a longer silence means that the person stood still. */
const REPORT_INTERVAL_MS = 100;
/** Farther than this, in tiles, is no walk. */
export const SNAP_DISTANCE = 5;
const SAMPLES_MAX = 16;

export interface Report {
  readonly x: number;
  readonly y: number;
  readonly facing: number;
  readonly moving: boolean;
}

export interface Motion {
  readonly x: number;
  readonly y: number;
  readonly facing: Facing;
  readonly moving: boolean;
}

interface Sample extends Motion {
  readonly at: number;
}

export class Playback {
  private samples: Sample[] = [];

  constructor(
    report: Report,
    now: number,
    private readonly delay = PLAYBACK_DELAY_MS,
  ) {
    this.samples.push(sampleOf(report, now - delay));
  }

  /** Takes a report that arrived at `now`; one that says nothing new is dropped. */
  push(report: Report, now: number): void {
    const last = this.samples.at(-1) as Sample;
    const next = sampleOf(report, now);
    if (last.x === next.x && last.y === next.y && last.facing === next.facing && last.moving === next.moving) return;
    if (Math.hypot(next.x - last.x, next.y - last.y) > SNAP_DISTANCE) {
      this.samples = [{ ...next, at: now - this.delay }];
      return;
    }
    if (now - last.at > 2 * REPORT_INTERVAL_MS) this.samples.push({ ...last, at: now - REPORT_INTERVAL_MS });
    this.samples.push(next);
    if (this.samples.length > SAMPLES_MAX) this.samples.shift();
  }

  at(now: number): Motion {
    const time = now - this.delay;
    while (this.samples.length > 1 && (this.samples[1] as Sample).at <= time) this.samples.shift();
    const [from, to] = this.samples as [Sample, Sample?];
    if (!to || time <= from.at) return { ...from, moving: to !== undefined && from.moving };
    const share = (time - from.at) / (to.at - from.at);
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const walks = Math.hypot(dx, dy) > 0.005;
    return {
      x: from.x + dx * share,
      y: from.y + dy * share,
      facing: walks ? facingOf(dx, dy, to.facing) : to.facing,
      moving: walks,
    };
  }

  /** Whether `at` will still change. */
  settled(now: number): boolean {
    return (this.samples.at(-1) as Sample).at <= now - this.delay;
  }
}

function sampleOf({ x, y, facing, moving }: Report, at: number): Sample {
  return { x, y, facing: toFacing(facing), moving, at };
}
