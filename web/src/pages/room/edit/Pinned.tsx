/** Keeps its children over an item, wherever camera and item go. */
import { useEffect, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import type { RoomScene } from '../../../world/scene';

export function Pinned({ scene, item, children }: { scene: RoomScene | null; item: number; children: ReactNode }) {
  const [element] = useState(() => document.createElement('div'));
  useEffect(() => scene?.pin(element, item), [scene, element, item]);
  return createPortal(children, element);
}
