/** Others are seen a little late and never teleport within reach; one's own avatar moves at once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Playback, PLAYBACK_DELAY_MS, SNAP_DISTANCE } from '../../src/world/scene/playback';
import { Walker, WALK_SPEED } from '../../src/world/scene/walker';

const at = (x: number, y: number, moving = true, facing = 1) => ({ x, y, facing, moving });

describe('Playback', () => {
  it('shows the way between two reports', () => {
    const playback = new Playback(at(1, 1, false), 0);
    playback.push(at(1.3, 1), 100);
    playback.push(at(1.6, 1), 200);
    expect(playback.at(150 + PLAYBACK_DELAY_MS)).toMatchObject({ moving: true, facing: 0 });
    expect(playback.at(150 + PLAYBACK_DELAY_MS).x).toBeCloseTo(1.45);
    expect(playback.at(5000)).toMatchObject({ x: 1.6, y: 1, moving: false });
  });

  it('does not stretch one step over a long silence', () => {
    const playback = new Playback(at(1, 1, false), 0);
    playback.push(at(1.3, 1), 10_000);
    expect(playback.at(9_890 + PLAYBACK_DELAY_MS).x).toBe(1);
    expect(playback.at(9_950 + PLAYBACK_DELAY_MS).x).toBeCloseTo(1.15);
  });

  it('jumps to where no walk leads', () => {
    const playback = new Playback(at(1, 1), 0);
    playback.push(at(1 + SNAP_DISTANCE + 0.1, 1), 100);
    expect(playback.at(100).x).toBeCloseTo(1 + SNAP_DISTANCE + 0.1);
  });

  it('turns on the spot', () => {
    const playback = new Playback(at(2, 2, false, 1), 0);
    playback.push(at(2, 2, false, 3), 100);
    expect(playback.at(1000)).toMatchObject({ facing: 3, moving: false });
  });

  it('stays between the reports and ends on the last one', () => {
    const steps = fc.array(fc.record({ dx: fc.double({ min: -1, max: 1, noNaN: true }), dy: fc.double({ min: -1, max: 1, noNaN: true }), wait: fc.integer({ min: 20, max: 900 }) }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(steps, (walk) => {
        let [x, y, now] = [5, 5, 0];
        const playback = new Playback(at(x, y), now);
        let last = playback.at(now);
        for (const { dx, dy, wait } of walk) {
          for (let passed = 0; passed < wait; passed += 16) {
            const next = playback.at(now + passed);
            // a step is at most √2 tiles in at least 20 ms
            expect(Math.hypot(next.x - last.x, next.y - last.y)).toBeLessThanOrEqual(Math.SQRT2 * Math.ceil(16 / 20 + 1) + 1e-9);
            last = next;
          }
          now += wait;
          x += dx;
          y += dy;
          playback.push(at(x, y), now);
        }
        const end = playback.at(now + PLAYBACK_DELAY_MS + 1);
        expect(end.x).toBeCloseTo(x);
        expect(end.y).toBeCloseTo(y);
        expect(playback.settled(now + PLAYBACK_DELAY_MS)).toBe(true);
      }),
    );
  });
});

describe('Walker', () => {
  it('moves in the first frame and arrives facing as asked', () => {
    const walker = new Walker(at(1, 1, false), 0);
    walker.walk([{ x: 2, y: 1 }], 3);
    walker.step(0.016, 16);
    expect(walker.motion.x).toBeCloseTo(1 + WALK_SPEED * 0.016);
    expect(walker.motion).toMatchObject({ facing: 0, moving: true });
    for (let now = 32; now < 1000; now += 16) walker.step(0.016, now);
    expect(walker.motion).toEqual({ x: 2, y: 1, facing: 3, moving: false });
  });

  it('reports at most ten times a second, and always the end', () => {
    const walker = new Walker(at(0.5, 0.5, false), 0);
    walker.walk([{ x: 8, y: 0.5 }]);
    const reports: { now: number; x: number; moving: boolean }[] = [];
    for (let now = 0; now < 5000; now += 16) {
      walker.step(0.016, now);
      const report = walker.report(now);
      if (report) reports.push({ now, x: report.x, moving: report.moving });
    }
    for (const [index, report] of reports.entries()) if (index > 0) expect(report.now - reports[index - 1]!.now).toBeGreaterThanOrEqual(100);
    expect(reports.at(-1)).toMatchObject({ x: 800, moving: false });
  });

  it('eases to where the server says, but only when that is news', () => {
    const walker = new Walker(at(1, 1, false), 0);
    walker.walk([{ x: 2, y: 1 }]);
    for (let now = 0; now < 1000; now += 16) {
      walker.step(0.016, now);
      walker.report(now);
    }
    walker.confirm(at(1, 1, false));
    for (let now = 1000; now < 5000; now += 16) walker.step(0.016, now);
    expect(walker.motion.x).toBe(2);
    walker.confirm(at(1.5, 1, false));
    walker.step(0.016, 5016);
    expect(walker.motion.x).toBeLessThan(2);
    expect(walker.motion.x).toBeGreaterThan(1.5);
    for (let now = 5032; now < 8000; now += 16) walker.step(0.016, now);
    expect(walker.motion.x).toBeCloseTo(1.5);
  });
});
