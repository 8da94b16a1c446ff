/** Keeps a scene showing a room: as a still before entering, live from then on. */
import { useEffect, useRef } from 'react';
import type { Avatar, Item, LiveRoom, Person } from 'maru-client';
import { toSceneItems } from '../../app/scene/sceneShapes';
import type { Room } from '../../app/api';
import type { RoomScene, SceneDrag, ScenePerson } from '../../world/scene';
import type { MutedIn } from './mutedWords';

/** Near enough to talk to, not in their place. */
const besideTiles = 0.45;
const [still, walking, sitting] = [0, 1, 2] as const;

export function scenePerson(person: Person, avatar: Avatar): ScenePerson {
  const { x, y, facing, standing } = avatar;
  return {
    id: String(person.member),
    name: person.name,
    look: person.look,
    x: x / 100,
    y: y / 100,
    facing,
    moving: standing === walking,
    away: person.away,
    note: person.status === 'busy' ? 'busy' : person.idle ? 'idle' : undefined,
  };
}

function everyone({ view }: LiveRoom): ScenePerson[] {
  return Array.from(view.people.values(), (person) => scenePerson(person, view.avatars.get(person.member) ?? person.avatar));
}

/** What others drag; of someone who is not known yet it comes again. */
function dragsOf({ drags, view }: LiveRoom): SceneDrag[] {
  return [...drags].flatMap(([member, { item, standpoint, rotation }]) => {
    const person = view.people.get(member);
    return person ? [{ person: String(member), name: person.name, item, ...standpoint, rot: rotation }] : [];
  });
}

/** A point on the floor by a thing, in tiles. */
export function standNear({ place, x, y }: Pick<Item, 'place' | 'x' | 'y'>): [number, number] {
  if (place === 1) {
    return [1, x / 2 + 0.5];
  }
  return place === 2 ? [x / 2 + 0.5, 1] : [x / 2 + 0.5, y / 2 + 0.5];
}

/** Goes to whom or what was chosen, unless that is oneself; a seat chosen on the canvas is the scene's to take. */
export function useApproach(scene: RoomScene | null, live: LiveRoom | null, visiting: boolean): void {
  useEffect(() => {
    if (!scene || !live || !visiting) {
      return undefined;
    }
    const stops = [
      scene.on('person', ({ id }) => {
        const at = live.view.avatars.get(Number(id));
        if (at && Number(id) !== live.member) {
          scene.walkTo(at.x / 100 + besideTiles, at.y / 100 + besideTiles);
        }
      }),
      scene.on('item', ({ id }) => {
        const item = live.view.items.get(id);
        if (item) {
          scene.walkTo(...standNear(item));
        }
      }),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [scene, live, visiting]);
}

/** The room of the list, before anyone is inside. */
export function useStill(scene: RoomScene | null, room: Room, live: boolean): void {
  useEffect(() => {
    if (scene && !live) {
      scene.setTheme(room.theme);
      scene.setItems(toSceneItems(room.items));
      scene.setPeople([]);
      scene.setSelf(null);
    }
  }, [scene, room, live]);
}

/** The live room. Runs beside React: people walk ten times a second. */
export function useLiveScene(scene: RoomScene | null, live: LiveRoom | null, mutedIn: MutedIn): void {
  const muted = useRef(mutedIn);
  useEffect(() => {
    muted.current = mutedIn;
  });
  useEffect(() => {
    if (!scene || !live) {
      return undefined;
    }
    const drawRoom = (): void => {
      const { view } = live;
      if (view.ready) {
        scene.setTheme({ ...view.theme, light: view.theme.light === 'night' ? 'night' : 'day' });
        scene.setItems(toSceneItems(view.items.values()));
      }
    };
    const drawPeople = (): void => {
      scene.setPeople(everyone(live));
      scene.setSelf(live.member === null ? null : String(live.member));
    };
    const drawTyping = (): void => scene.setTyping(new Set(Array.from(live.typists, String)));
    const drawDrags = (): void => scene.setDrags(dragsOf(live));
    const stops = [
      live.on('typing', drawTyping),
      live.on('drag', drawDrags),
      live.on('view', drawRoom),
      live.on('people', drawPeople),
      live.on('avatars', drawPeople),
      live.on('chat', (lines) => {
        for (const line of lines) {
          const author = Array.from(live.view.people.values()).find((person) => person.id === line.authorId);
          // whoever would rather not read it finds it folded in the log
          if (author && muted.current(line) === null) {
            scene.say(String(author.member), line.text);
          }
        }
      }),
      scene.on('walk', ({ x, y, facing, moving, sitting: seated }) => {
        live.move(x, y, facing === 0 || facing === 2 || facing === 3 ? facing : 1, moving ? walking : seated ? sitting : still);
      }),
    ];
    drawRoom();
    if (live.view.ready) {
      drawPeople();
    }
    drawTyping();
    drawDrags();
    return () => {
      scene.setTyping(new Set());
      scene.setDrags([]);
      for (const stop of stops) {
        stop();
      }
    };
  }, [scene, live]);
}
