/** Items snap to their grid under the pointer, small ones to tops, wall pieces to the wall they are over. */
import { describe, expect, it } from 'vitest';
import { project, projectOnWall } from '../../src/world/iso/projection';
import { Editor } from '../../src/world/scene/editor';
import { gripMiddle, gripOn, judgeMove, spotUnder } from '../../src/world/scene/placing';
import type { SceneItem } from '../../src/world/scene/types';

const item = (id: number, kind: string, x: number, y: number, place: 0 | 1 | 2 = 0, rot = 0): SceneItem => ({ id, kind, place, x, y, rot, color: '' });

describe('spotUnder', () => {
  it('snaps to half tiles and stays in the room', () => {
    const sofa = item(1, 'sofa', 0, 0);
    expect(spotUnder([], sofa, { x: 0, y: 0 }, project(3.1, 4.4))).toEqual({ place: 0, x: 6, y: 9 });
    expect(spotUnder([], sofa, { x: 0, y: 0 }, project(30, -4))).toEqual({ place: 0, x: 16, y: 0 });
  });

  it('keeps the grip', () => {
    const sofa = item(1, 'sofa', 6, 6);
    const grip = gripOn([sofa], sofa, project(3.4, 3.2));
    expect(spotUnder([sofa], sofa, grip, project(4.4, 5.2))).toEqual({ place: 0, x: 8, y: 10 });
  });

  it('puts small things on the top under the pointer', () => {
    const table = item(1, 'kotatsu', 8, 8);
    const cake = item(2, 'cake', 0, 0);
    const spot = spotUnder([table, cake], cake, gripMiddle('cake', 0), project(5.25, 5.25, 0.5));
    expect(spot).toEqual({ place: 0, x: 10, y: 10 });
    expect(judgeMove([table, cake], cake, spot).legal).toBe(true);
    expect(judgeMove([table], item(3, 'stool', 0, 0), { place: 0, x: 10, y: 10 }).legal).toBe(false);
  });

  it('takes wall pieces to the wall under the pointer', () => {
    const clock = item(1, 'wall_clock', 4, 5, 1);
    const grip = gripOn([clock], clock, projectOnWall(1, 2.5, 3));
    expect(grip.x).toBeCloseTo(1);
    expect(spotUnder([clock], clock, grip, projectOnWall(2, 4.5, 2))).toEqual({ place: 2, x: 8, y: 3 });
    expect(spotUnder([clock], clock, grip, projectOnWall(1, 9.9, 9))).toEqual({ place: 1, x: 18, y: 7 });
  });
});

describe('judgeMove', () => {
  it('takes along what stands on an item', () => {
    const table = item(1, 'kotatsu', 0, 0);
    const cake = item(2, 'cake', 1, 2);
    const move = judgeMove([table, cake], table, { place: 0, x: 8, y: 4 });
    expect(move).toMatchObject({ legal: true, carried: [{ id: 2, x: 9, y: 6 }] });
  });
});

describe('Editor', () => {
  it('moves by keys within the room and gives back what it was moving', () => {
    const editor = new Editor();
    const stool = item(1, 'stool', 0, 5);
    expect(editor.step([stool], stool, -1, 0)).toBe(false);
    expect(editor.step([stool], stool, 1, 0)).toBe(true);
    expect(editor.step([stool], stool, 0, 1)).toBe(true);
    expect(editor.release()?.move.spot).toEqual({ place: 0, x: 1, y: 6 });
    expect(editor.carried).toBeUndefined();
  });

  it('turns a new item where the pointer is', () => {
    const editor = new Editor();
    expect(editor.beginPlacing([], 'no_such_kind', '', { x: 0, y: 0 })).toBe(false);
    expect(editor.beginPlacing([], 'bookshelf', '', project(5, 5))).toBe(true);
    expect(editor.ghost?.move.spot).toEqual({ place: 0, x: 8, y: 10 });
    editor.turn([], 1);
    expect(editor.ghost?.item.rot).toBe(1);
    expect(editor.ghost?.move.spot).toEqual({ place: 0, x: 10, y: 8 });
    editor.endPlacing();
    expect(editor.ghost).toBeUndefined();
  });
});

describe('a selection', () => {
  const [near, far, clock] = [item(1, 'chair', 0, 0), item(2, 'chair', 2, 0), item(3, 'wall_clock', 4, 5, 1)];
  const items = [near, far, clock];

  it('is dragged together, as far as it is on one surface', () => {
    const editor = new Editor();
    editor.select([1, 3, 2]);
    editor.grab(items, near, project(0.5, 0.5));
    expect(editor.drag(items, project(1.5, 0.5))).toBe(true);
    expect(editor.legal).toBe(true);
    expect(editor.release()?.move).toMatchObject({ spot: { x: 2, y: 0 }, carried: [{ id: 2, x: 4, y: 0 }] });
  });

  it('does not fit where one of it does not', () => {
    const move = judgeMove([...items, item(4, 'chair', 8, 0)], near, { place: 0, x: 5, y: 0 }, [far]);
    expect(move.legal).toBe(false);
    expect(judgeMove(items, clock, { place: 2, x: 4, y: 5 }, [item(5, 'wall_clock', 9, 5, 1)]).legal).toBe(false);
  });

  it('takes in and gives up single items', () => {
    const editor = new Editor();
    editor.toggle(1);
    editor.toggle(2);
    expect(editor.selected).toBe(2);
    editor.toggle(2);
    expect(editor.selection).toEqual([1]);
  });
});
