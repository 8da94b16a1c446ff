/** The names of those who are dragging, over what they drag. */
import type { Camera } from './camera';
import { previewOf } from './composer';
import type { RoomState } from './room-state';
import css from './scene.module.css';
import type { SceneDrag } from './types';

export class Previews {
  private all: readonly SceneDrag[] = [];
  private readonly tags = new Map<string, HTMLElement>();

  constructor(private readonly root: HTMLElement) {}

  get drags(): readonly SceneDrag[] {
    return this.all;
  }

  set(drags: readonly SceneDrag[]): void {
    this.all = drags;
    const present = new Set(drags.map(({ person }) => person));
    for (const [person, tag] of this.tags) {
      if (present.has(person)) continue;
      tag.remove();
      this.tags.delete(person);
    }
    for (const { person, name } of drags) {
      const tag = this.tags.get(person) ?? this.makeTag(person);
      tag.textContent = name;
    }
  }

  place(state: RoomState, camera: Camera): void {
    for (const drag of this.all) {
      const tag = this.tags.get(drag.person);
      const piece = previewOf(state, drag);
      if (!tag) continue;
      tag.hidden = !piece;
      if (!piece) continue;
      const { origin, box } = piece;
      const lift = drag.place === 0 ? box.h * 36 : 0;
      const { x, y } = camera.toScreen({ x: origin.x + (drag.place === 0 ? (box.w - box.d) * 16 : 0), y: origin.y - lift });
      tag.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -120%)`;
    }
  }

  private makeTag(person: string): HTMLElement {
    const tag = document.createElement('div');
    tag.className = css.dragger ?? '';
    tag.dataset.drag = person;
    this.root.append(tag);
    this.tags.set(person, tag);
    return tag;
  }
}
