/** A RoomScene for as long as a component shows it. */
import { useEffect, useState, type RefObject } from 'react';
import type { RoomScene } from '../../world/scene';
import { useLocale } from '../i18n';
import { useReducedMotion } from '../state/motion';

/** Null until the drawing code has arrived; a new scene when the language or the wish for less motion changes. */
export function useRoomScene(host: RefObject<HTMLElement | null>): RoomScene | null {
  const locale = useLocale();
  const reducedMotion = useReducedMotion();
  const [scene, setScene] = useState<RoomScene | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let made: RoomScene | null = null;
    let gone = false;
    const make = async (): Promise<void> => {
      const { RoomScene: Scene } = await import('../../world/scene');
      if (!gone && host.current) {
        made = new Scene(host.current, { locale, reducedMotion });
        // the canvas tells nothing about itself: tests ask the scene
        Object.assign(host.current, { scene: made });
        setScene(made);
      }
    };
    make().catch(setFailure);
    return () => {
      gone = true;
      setScene(null);
      made?.destroy();
    };
  }, [host, locale, reducedMotion]);
  if (failure !== null) {
    // a room that cannot be drawn is for the error boundary
    throw failure;
  }
  return scene;
}
