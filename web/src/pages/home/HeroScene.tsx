/** A room for one: the scene without a server behind it. */
import { useEffect, useRef } from 'react';
import type { RoomCard as Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { useRoomScene } from '../../app/scene/useRoomScene';
import { toSceneItems } from '../../app/scene/sceneShapes';
import styles from './Hero.module.css';

const self = 'self';
/** In front of the middle of the room, where furniture seldom stands. */
const start = { x: 6.2, y: 7.4 };

export function HeroScene({ room, look }: { room: Room; look: readonly number[] }) {
  const host = useRef<HTMLDivElement>(null);
  const { home, common } = useMessages();
  const scene = useRoomScene(host);
  useEffect(() => {
    if (!scene) {
      return undefined;
    }
    let place = { ...start, facing: 1, moving: false };
    const draw = (): void => scene.setPeople([{ id: self, name: common.you, look: [...look], ...place }]);
    scene.setTheme(room.theme);
    scene.setItems(toSceneItems(room.items));
    draw();
    scene.setSelf(self);
    return scene.on('walk', (step) => {
      place = { x: step.x / 100, y: step.y / 100, facing: step.facing, moving: step.moving };
      draw();
    });
  }, [scene, room, look, common.you]);
  return <div ref={host} className={styles.scene} role="group" aria-label={home.heroLabel(room.name)} data-testid="hero-scene" />;
}
