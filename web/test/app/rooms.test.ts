/** What the services say of rooms and visits, read; and small decisions of their pages. */
import { describe, expect, it } from 'vitest';
import { raw } from '../../src/app/api/contract';
import { layout, ownRoom, shownRoom, template } from '../../src/app/api/rooms';
import { ownVisit, visitCounts, visitor, wave } from '../../src/app/api/visits';
import { roomAddress } from '../../src/app/roomAddress';
import { arrivedBy, arriving } from '../../src/app/visits/arrived';
import { dayText } from '../../src/app/visits/dayText';

const theme = { wallpaper: 'mint_heart', flooring: 'oak', light: 'night' };
const item = { id: 1, kind: 'sofa', place: 0, x: 8, y: 6, rotation: 0, color: '' };
const person = { id: 'u1', handle: 'nabi', display_name: '나비', look: [1, 2], mood: '' };
const card = { id: 'r1', name: '귤빛 방', theme, people_now: 2, items: [item], owner: person };

describe('a room of one’s own', () => {
  const own = {
    ...card,
    owner: undefined,
    visibility: 'followers',
    guests_allowed: true,
    locked: false,
    state: 'deleted',
    is_front: false,
    created_at: '2026-11-01T00:00:00Z',
    changed_at: '2026-11-20T00:00:00Z',
    archived_at: null,
    deleted_at: '2026-11-21T00:00:00Z',
    restorable_until: '2026-11-28T00:00:00Z',
  };

  it('is read with how it lives and until when it can be had back', () => {
    expect(ownRoom(raw(own))).toEqual({
      id: 'r1',
      name: '귤빛 방',
      theme,
      items: [item],
      peopleNow: 2,
      visibility: 'followers',
      life: 'deleted',
      isFront: false,
      changedMs: Date.UTC(2026, 10, 20),
      restorableMs: Date.UTC(2026, 10, 28),
    });
    expect(ownRoom(raw({ ...own, restorable_until: null })).restorableMs).toBeNull();
  });

  it('counts as closed where a newer server opens it to others', () => {
    expect(ownRoom(raw({ ...own, visibility: 'ties' })).visibility).toBe('private');
  });

  it('is no room without what makes one', () => {
    expect(() => ownRoom(raw({ ...own, is_front: undefined }))).toThrow('unexpected_is_front');
    expect(() => ownRoom(raw({ ...own, changed_at: 'yesterday' }))).toThrow('unexpected_changed_at');
  });
});

describe('rooms of others', () => {
  it('tell whether they are the front one', () => {
    expect(shownRoom(raw({ ...card, visibility: 'public', is_front: true }))).toMatchObject({ id: 'r1', isFront: true, owner: { handle: 'nabi' } });
  });

  it('have an address: the owner’s where that leads there', () => {
    expect(roomAddress({ id: 'r1', owner: { handle: 'nabi' } })).toBe('/r/nabi/r1');
    expect(roomAddress({ id: 'r1', owner: { handle: 'nabi' }, isFront: true })).toBe('/r/nabi');
  });
});

describe('what a room begins with', () => {
  it('is a template with its name in both languages', () => {
    const read = template(raw({ id: 'citrus', name: { ko: '귤', en: 'Citrus' }, theme, items: [item] }));
    expect(read).toEqual({ id: 'citrus', name: { ko: '귤', en: 'Citrus' }, theme, items: [item] });
  });

  it('may be nothing at all', () => {
    expect(template(raw({ id: 'empty', name: { ko: '빈 방', en: 'Empty' }, theme, items: [] })).items).toEqual([]);
  });

  it('or a layout kept before', () => {
    expect(layout(raw({ name: '봄', saved_at: '2026-11-28T03:00:00Z', theme, items: 12 }))).toEqual({ name: '봄', savedAtMs: Date.UTC(2026, 10, 28, 3), items: 12 });
  });
});

describe('visits', () => {
  it('are counted', () => {
    expect(visitCounts(raw({ today: 3, total: 120 }))).toEqual({ today: 3, total: 120 });
    expect(() => visitCounts(raw({ today: 3.5, total: 4 }))).toThrow('unexpected_today');
  });

  it('have a name only where the visitor shows it, and are never taken for one another', () => {
    const [named, one, other] = [
      visitor(raw({ visitor: person, day: '2026-11-28', visited_at: '2026-11-28T01:00:00Z' })),
      visitor(raw({ visitor: null, day: '2026-11-28', visited_at: null })),
      visitor(raw({ visitor: null, day: '2026-11-28', visited_at: null })),
    ];
    expect(named).toMatchObject({ key: 'u1 2026-11-28', visitor: { displayName: '나비' }, cameMs: Date.UTC(2026, 10, 28, 1) });
    expect(one).toMatchObject({ visitor: null, day: '2026-11-28', cameMs: null });
    expect(one.key).not.toBe(other.key);
  });

  it('of one’s own say where', () => {
    const read = ownVisit(raw({ room: { id: 'r1', name: '귤빛 방', owner: person }, day: '2026-11-28', visited_at: '2026-11-28T01:00:00Z' }));
    expect(read).toMatchObject({ roomId: 'r1', roomName: '귤빛 방', owner: { handle: 'nabi' }, cameMs: Date.UTC(2026, 10, 28, 1) });
  });
});

describe('a wave', () => {
  it('leads to a room by way of somebody', () => {
    expect(wave(raw({ room: card, via: 'tie' }))).toMatchObject({ room: { id: 'r1' }, via: 'tie' });
    expect(wave(raw({ room: card, via: 'mermaid' }))?.via).toBe('anywhere');
  });

  it('may lead nowhere', () => {
    expect(wave(raw({ room: null, via: null }))).toBeNull();
  });

  it('is remembered where it ended', () => {
    expect(arrivedBy(arriving('follower', '나비'))).toEqual({ via: 'follower', from: '나비' });
    for (const odd of [null, undefined, 'wave', {}, { wave: null }, { wave: { via: 'mermaid', from: 'x' } }, { wave: { via: 'tie', from: 7 } }]) {
      expect(arrivedBy(odd)).toBeNull();
    }
  });
});

describe('a day', () => {
  it('is the server’s, whatever the clock here says', () => {
    expect(dayText('en', '2026-11-28')).toBe('Nov 28');
    expect(dayText('ko', '2026-01-02')).toBe('1월 2일');
    expect(dayText('en', 'someday')).toBe('someday');
  });
});
