/** Tells the scene which part of it lies behind bars, the door or a sheet. */
import { useEffect, useState, type RefCallback, type RefObject } from 'react';
import type { RoomScene } from '../../world/scene';

export const narrowScreen = '(max-width: 860px)';
/** A sheet may cover much of the room, never all of it. */
const coveredShareMax = 0.7;

type Edge = 'above' | 'below';

class Covers {
  readonly #edges = new Map<Element, Edge>();
  readonly #observer = new ResizeObserver(() => this.#measure());
  #target: { scene: RoomScene; host: Element } | null = null;

  attach(scene: RoomScene, host: Element): () => void {
    this.#target = { scene, host };
    this.#observer.observe(host);
    this.#measure();
    return () => {
      this.#target = null;
      this.#observer.unobserve(host);
    };
  }

  readonly add = (element: Element, edge: Edge): (() => void) => {
    this.#edges.set(element, edge);
    this.#observer.observe(element);
    this.#measure();
    return () => {
      this.#edges.delete(element);
      this.#observer.unobserve(element);
      this.#measure();
    };
  };

  #measure(): void {
    if (!this.#target) {
      return;
    }
    const { scene, host } = this.#target;
    const area = host.getBoundingClientRect();
    let [top, bottom] = [0, 0];
    for (const [cover, edge] of this.#edges) {
      const rect = cover.getBoundingClientRect();
      // what is beside the scene, or not shown, covers nothing of it
      if (rect.height === 0 || getComputedStyle(cover).position === 'static') {
        continue;
      }
      if (edge === 'below') {
        bottom = Math.max(bottom, area.bottom - rect.top);
      } else if (matchMedia(narrowScreen).matches) {
        // a wide screen has room in the corners
        top = Math.max(top, rect.bottom - area.top);
      }
    }
    scene.setInsets({ left: 0, right: 0, top, bottom: Math.min(bottom, area.height * coveredShareMax) });
  }
}

/** Refs for the elements that lie over the scene's edges. */
export interface SceneCovers {
  readonly above: RefCallback<HTMLElement>;
  readonly below: RefCallback<HTMLElement>;
}

export function useSceneCovers(scene: RoomScene | null, host: RefObject<HTMLElement | null>): SceneCovers {
  const [covers] = useState(() => new Covers());
  const [refs] = useState<SceneCovers>(() => ({
    above: (element) => (element ? covers.add(element, 'above') : undefined),
    below: (element) => (element ? covers.add(element, 'below') : undefined),
  }));
  useEffect(() => (scene && host.current ? covers.attach(scene, host.current) : undefined), [covers, scene, host]);
  return refs;
}
