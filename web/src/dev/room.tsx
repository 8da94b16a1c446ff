/** A furnished room with made-up people, for looking at: ?page=room&room=N&people=N&night&edit&still&self. */
import { useEffect, useRef } from 'react';
import neighbourhood from '../../../demo/neighbourhood.json';
import { randomLook } from '../world/avatar';
import { WalkGrid } from '../world/scene/pathfinding';
import { RoomScene, type SceneItem, type ScenePerson } from '../world/scene';

const NAMES = ['하늘', 'Minsu', '별이', 'Leo', '단비', 'Ada', '초코', 'Yuna', '바다', 'Theo', '소라', 'Mia', '보리', 'Kai', '나래', 'Zoe'];
const LINES = ['귤 먹고 갈래? 🍊', 'Love your arcade corner!', '방명록 남기고 갈게요~', '여기 너무 아늑하다. 창가에 앉아서 하루 종일 책만 읽고 싶어요', '안녕!', 'Good night everyone'];

const query = new URLSearchParams(location.search);
const number = (name: string, fallback: number): number => Number(query.get(name) ?? fallback);

/** A source of numbers that repeats from one visit to the next. */
function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** People on free spots of the floor. */
function crowd(count: number, random: () => number, items: readonly SceneItem[]): ScenePerson[] {
  const grid = new WalkGrid(items);
  const spots = Array.from({ length: 300 }, () => ({ x: 0.5 + random() * 9, y: 0.5 + random() * 9 })).filter((spot) => grid.fits(spot));
  return Array.from({ length: count }, (_, i) => ({
    id: `p${i}`,
    name: NAMES[i % NAMES.length] ?? '',
    look: randomLook(random),
    ...(spots[i] ?? { x: 5, y: 5 }),
    facing: Math.floor(random() * 4),
    moving: false,
    away: i === 7,
  }));
}

function start(host: HTMLElement): () => void {
  const room = neighbourhood[number('room', 0) % neighbourhood.length]?.room;
  const scene = new RoomScene(host, { locale: 'ko', reducedMotion: query.has('calm') });
  const items = (room?.items ?? []).map((item, index) => ({ ...item, id: index + 1 })) as SceneItem[];
  const wallpaper = query.get('wallpaper') ?? room?.theme.wallpaper ?? '';
  scene.setTheme({ wallpaper, flooring: room?.theme.flooring ?? '', light: query.has('night') ? 'night' : 'day' });
  scene.setItems(items);
  const random = repeatable(number('seed', 7));
  let people = crowd(number('people', 6), random, items);
  scene.setPeople(people);
  if (query.has('self')) scene.setSelf('p0');
  if (query.has('edit')) {
    scene.setEditing(true);
    scene.select(items.filter(({ kind }) => kind === 'sofa').map(({ id }) => id));
  }
  const speak = (): void => people.slice(0, number('say', 3)).forEach(({ id }, i) => scene.say(id, LINES[i % LINES.length] ?? ''));
  const timers = [setTimeout(speak, 500)];
  if (!query.has('still')) {
    const wander = (): void => {
      people = people.map((person) => (random() < 0.4 ? { ...person, x: Math.min(9.6, Math.max(0.4, person.x + random() - 0.5)), y: Math.min(9.6, Math.max(0.4, person.y + random() - 0.5)), moving: true } : { ...person, moving: false }));
      scene.setPeople(people);
      timers.push(setTimeout(wander, 110));
    };
    wander();
  }
  Object.assign(window, { scene });
  return () => {
    for (const timer of timers) clearTimeout(timer);
    scene.destroy();
  };
}

export function RoomBench() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current ? start(host.current) : undefined), []);
  const night = query.has('night');
  return (
    <main style={{ position: 'fixed', inset: 0, background: night ? '#3a3566' : 'linear-gradient(#fff1e4, #fbe7e6 60%, #e7dcf5)' }}>
      <h1 style={{ position: 'absolute', fontSize: 1, opacity: 0 }}>Room</h1>
      <div ref={host} style={{ position: 'absolute', inset: 0, fontFamily: '"Noto Sans CJK KR", sans-serif' }} />
    </main>
  );
}
