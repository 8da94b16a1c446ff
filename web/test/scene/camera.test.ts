/** The camera keeps the room in view, holds what a finger holds, and follows on a phone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Camera } from '../../src/world/scene/camera';
import { ROOM_BOUNDS } from '../../src/world/room/measures';

const sized = (width: number, height: number): Camera => {
  const camera = new Camera();
  camera.resize(width, height);
  return camera;
};

const corners = (camera: Camera) => ({
  topLeft: camera.toScreen({ x: ROOM_BOUNDS.x, y: ROOM_BOUNDS.y }),
  bottomRight: camera.toScreen({ x: ROOM_BOUNDS.x + ROOM_BOUNDS.width, y: ROOM_BOUNDS.y + ROOM_BOUNDS.height }),
});

describe('Camera', () => {
  it('shows the whole room, centred, on a wide screen', () => {
    const { topLeft, bottomRight } = corners(sized(1440, 860));
    expect(topLeft.x).toBeGreaterThanOrEqual(0);
    expect(topLeft.y).toBeGreaterThanOrEqual(-1e-9);
    expect(bottomRight.x).toBeLessThanOrEqual(1440);
    expect(topLeft.x).toBeCloseTo(1440 - bottomRight.x);
  });

  it('fills the width of a phone and follows to its edges', () => {
    const camera = sized(390, 620);
    expect(camera.narrow).toBe(true);
    expect(camera.zoom).toBeGreaterThan(camera.fitZoom * 1.3);
    camera.lookAt({ x: -10_000, y: 0 });
    expect(corners(camera).topLeft.x).toBeCloseTo(0);
    for (let i = 0; i < 200; i++) camera.follow({ x: 10_000, y: 0 }, 0.05);
    expect(corners(camera).bottomRight.x).toBeCloseTo(390, 0);
    expect(camera.follow({ x: 10_000, y: 0 }, 0.05)).toBe(false);
  });

  it('leaves out what other things cover', () => {
    const camera = new Camera();
    camera.resize(1440, 860, { top: 70, right: 300, bottom: 90, left: 0 });
    const { topLeft, bottomRight } = corners(camera);
    expect(topLeft.y).toBeGreaterThanOrEqual(70 - 1e-9);
    expect(bottomRight.x).toBeLessThanOrEqual(1140 + 1e-9);
    expect(bottomRight.y).toBeLessThanOrEqual(770 + 1e-9);
  });

  const size = fc.record({ width: fc.integer({ min: 320, max: 2600 }), height: fc.integer({ min: 240, max: 1600 }) });
  const spot = fc.record({ x: fc.integer({ min: 0, max: 320 }), y: fc.integer({ min: 0, max: 240 }) });

  it('turns screen points into world points and back', () => {
    fc.assert(
      fc.property(size, spot, fc.double({ min: 0.3, max: 4, noNaN: true }), ({ width, height }, at, factor) => {
        const camera = sized(width, height);
        camera.zoomAt(at, factor);
        const back = camera.toScreen(camera.toWorld(at));
        expect(back.x).toBeCloseTo(at.x);
        expect(back.y).toBeCloseTo(at.y);
      }),
    );
  });

  it('never loses the room, however it is dragged and pinched', () => {
    const moves = fc.array(fc.record({ at: spot, factor: fc.double({ min: 0.2, max: 5, noNaN: true }), dx: fc.integer({ min: -3000, max: 3000 }), dy: fc.integer({ min: -3000, max: 3000 }) }), { maxLength: 12 });
    fc.assert(
      fc.property(size, moves, ({ width, height }, steps) => {
        const camera = sized(width, height);
        for (const { at, factor, dx, dy } of steps) {
          camera.zoomAt(at, factor);
          camera.panBy(dx, dy);
        }
        const { topLeft, bottomRight } = corners(camera);
        expect(camera.zoom).toBeGreaterThanOrEqual(camera.fitZoom - 1e-9);
        const covers = (from: number, to: number, extent: number): boolean => (to - from >= extent ? from <= 1e-6 && to >= extent - 1e-6 : Math.abs(from - (extent - to)) < 1e-6);
        expect(covers(topLeft.x, bottomRight.x, width)).toBe(true);
        expect(covers(topLeft.y, bottomRight.y, height)).toBe(true);
      }),
    );
  });

  it('holds the point between two fingers while there is room to', () => {
    const camera = sized(1440, 860);
    const before = camera.toWorld({ x: 720, y: 430 });
    camera.zoomAt({ x: 720, y: 430 }, 1.3);
    const after = camera.toWorld({ x: 720, y: 430 });
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });
});
