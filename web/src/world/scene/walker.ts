/** One's own avatar: it obeys in the next frame, reports what it does, and gives in to the server gently. */
import { facingOf, toFacing, type Facing } from '../avatar/pose';
import type { Point } from '../iso/projection';
import { SNAP_DISTANCE, type Motion, type Report } from './playback';

/** Tiles a second. */
export const WALK_SPEED = 3.1;
const REPORT_INTERVAL_MS = 100;
/** How long after standing still the server's word counts again. */
const TRUST_AFTER_MS = 1500;
const EASE_RATE = 6;

export class Walker {
  private x: number;
  private y: number;
  private facing: Facing;
  private path: Point[] = [];
  private arrival: Facing | undefined;
  private stoodSince: number;
  private reportedAt = -Infinity;
  private unreported = false;
  private confirmed: Report;
  /** Whether the server has said something new since the last report. */
  private contradicted = false;

  constructor(start: Report, now: number) {
    this.x = start.x;
    this.y = start.y;
    this.facing = toFacing(start.facing);
    this.confirmed = start;
    this.stoodSince = now;
  }

  get motion(): Motion {
    return { x: this.x, y: this.y, facing: this.facing, moving: this.path.length > 0 };
  }

  get goal(): Point {
    return this.path.at(-1) ?? { x: this.x, y: this.y };
  }

  /** Takes a way, replacing the one it was on. `arrival` is how to turn at its end. */
  walk(path: readonly Point[], arrival?: Facing): void {
    this.path = [...path];
    this.arrival = arrival;
    if (path.length > 0 || (arrival !== undefined && arrival !== this.facing)) this.unreported = true;
    if (path.length === 0 && arrival !== undefined) this.facing = arrival;
  }

  /** Where the server last put this person. */
  confirm(report: Report): void {
    if (report.x !== this.confirmed.x || report.y !== this.confirmed.y) this.contradicted = true;
    this.confirmed = report;
  }

  /** Moves on by a frame; whether anything changed. */
  step(seconds: number, now: number): boolean {
    if (this.path.length === 0) return this.giveIn(seconds, now);
    let left = WALK_SPEED * seconds;
    while (left > 0 && this.path.length > 0) {
      const next = this.path[0] as Point;
      const dx = next.x - this.x;
      const dy = next.y - this.y;
      const distance = Math.hypot(dx, dy);
      this.facing = facingOf(dx, dy, this.facing);
      if (distance <= left) {
        this.x = next.x;
        this.y = next.y;
        this.path.shift();
      } else {
        this.x += (dx / distance) * left;
        this.y += (dy / distance) * left;
      }
      left -= distance;
    }
    if (this.path.length === 0) {
      this.facing = this.arrival ?? this.facing;
      this.stoodSince = now;
    }
    this.unreported = true;
    return true;
  }

  /** What to tell the server now, in hundredths of a tile: at most ten a second, and always the last stop. */
  report(now: number): { x: number; y: number; facing: number; moving: boolean } | undefined {
    if (!this.unreported || now - this.reportedAt < REPORT_INTERVAL_MS) return undefined;
    this.reportedAt = now;
    this.unreported = false;
    this.contradicted = false;
    const { x, y, facing, moving } = this.motion;
    return { x: Math.round(x * 100), y: Math.round(y * 100), facing, moving };
  }

  private giveIn(seconds: number, now: number): boolean {
    if (!this.contradicted || this.unreported || now - this.stoodSince < TRUST_AFTER_MS || now - this.reportedAt < TRUST_AFTER_MS) return false;
    const dx = this.confirmed.x - this.x;
    const dy = this.confirmed.y - this.y;
    const distance = Math.hypot(dx, dy);
    if (distance < 0.02) return false;
    const share = distance > SNAP_DISTANCE || distance < 0.04 ? 1 : 1 - Math.exp(-EASE_RATE * seconds);
    this.x += dx * share;
    this.y += dy * share;
    return true;
  }
}
