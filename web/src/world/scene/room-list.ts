/** The room for those who do not see the canvas: a named button for each item and person, and a live region. */
import { catalogueItem } from '../catalogue';
import css from './scene.module.css';
import type { SceneItem, ScenePerson, Spot } from './types';
import { WORDS, type SceneWords } from './words';

export interface RoomListHandlers {
  itemFocused(id: number | null): void;
  itemChosen(id: number): void;
  /** Whether the key meant something; dx and dy are steps on the item's own grid. */
  itemKey(id: number, key: 'move' | 'commit' | 'cancel', dx: number, dy: number): boolean;
  personChosen(id: string): void;
}

/** Steps on the floor; on walls `wallStep` turns them. */
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

export class RoomList {
  private readonly words: SceneWords;
  private readonly items = document.createElement('ul');
  private readonly people = document.createElement('ul');
  private readonly hint = document.createElement('p');
  private readonly live = document.createElement('div');
  private readonly itemButtons = new Map<number, HTMLButtonElement>();
  private readonly personButtons = new Map<string, HTMLButtonElement>();

  constructor(
    root: HTMLElement,
    private readonly locale: 'ko' | 'en',
    private readonly handlers: RoomListHandlers,
  ) {
    this.words = WORDS[locale];
    root.className = css.hidden ?? '';
    this.items.setAttribute('aria-label', this.words.items);
    this.people.setAttribute('aria-label', this.words.people);
    this.live.setAttribute('aria-live', 'polite');
    this.hint.id = `scene-hint-${crypto.randomUUID()}`;
    this.hint.textContent = this.words.editHint;
    root.append(this.people, this.items, this.hint, this.live);
  }

  setItems(items: readonly SceneItem[], editing: boolean): void {
    this.hint.hidden = !editing;
    sync(this.items, this.itemButtons, items.map(({ id }) => id), (id) => this.makeItemButton(id));
    for (const item of items) {
      const button = this.itemButtons.get(item.id);
      if (!button) continue;
      button.textContent = this.nameOf(item);
      button.dataset.kind = item.kind;
      button.dataset.spot = `${item.place}:${item.x},${item.y}`;
      if (editing) button.setAttribute('aria-describedby', this.hint.id);
      else button.removeAttribute('aria-describedby');
    }
  }

  setPeople(people: readonly ScenePerson[], selfId: string | null): void {
    sync(this.people, this.personButtons, people.map(({ id }) => id), (id) => this.makePersonButton(id));
    for (const { id, name, away } of people) {
      const button = this.personButtons.get(id);
      if (button) button.textContent = id === selfId ? this.words.me(name) : away ? this.words.away(name) : name;
    }
  }

  announceSpot(item: SceneItem, spot: Spot, state: 'moving' | 'blocked' | 'placed'): void {
    const name = this.nameOf(item);
    const where = spot.place === 0 ? this.words.floorAt(name, spot.x + 1, spot.y + 1) : this.words.wallAt(name, spot.place, spot.x + 1, spot.y + 1);
    this.live.textContent = state === 'moving' ? where : state === 'blocked' ? this.words.blocked(where) : this.words.placed(where);
  }

  private nameOf({ kind }: SceneItem): string {
    return catalogueItem(kind)?.name[this.locale] ?? kind;
  }

  private makeItemButton(id: number): HTMLButtonElement {
    const button = makeButton();
    button.dataset.itemId = String(id);
    button.addEventListener('click', () => this.handlers.itemChosen(id));
    button.addEventListener('focus', () => this.handlers.itemFocused(id));
    button.addEventListener('blur', () => this.handlers.itemFocused(null));
    button.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      const key = arrow ? 'move' : event.key === 'Enter' ? 'commit' : event.key === 'Escape' ? 'cancel' : undefined;
      if (!key || !this.handlers.itemKey(id, key, arrow?.[0] ?? 0, arrow?.[1] ?? 0)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    return button;
  }

  private makePersonButton(id: string): HTMLButtonElement {
    const button = makeButton();
    button.dataset.personId = id;
    button.addEventListener('click', () => this.handlers.personChosen(id));
    return button;
  }
}

function makeButton(): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  return button;
}

/**
 * Makes a list's buttons those of `ids`, keeping the ones that are there, and the focus with them. When the one
 * in focus goes, the focus goes on to what comes next.
 */
function sync<Id>(list: HTMLElement, buttons: Map<Id, HTMLButtonElement>, ids: readonly Id[], make: (id: Id) => HTMLButtonElement): void {
  const wanted = new Set(ids);
  const before = [...buttons];
  const focusedAt = before.findIndex(([, button]) => button === document.activeElement);
  const heir = focusedAt < 0 ? undefined : nearestOf(before, focusedAt, wanted);
  for (const [id, button] of before) {
    if (wanted.has(id)) continue;
    if (button === document.activeElement) heir?.focus({ preventScroll: true });
    button.parentElement?.remove();
    buttons.delete(id);
  }
  for (const id of ids) {
    if (buttons.has(id)) continue;
    const button = make(id);
    const entry = document.createElement('li');
    entry.append(button);
    list.append(entry);
    buttons.set(id, button);
  }
}

/** The button at a place if it stays, or the next one that does, or the last one before. */
function nearestOf<Id>(buttons: readonly (readonly [Id, HTMLButtonElement])[], at: number, staying: ReadonlySet<Id>): HTMLButtonElement | undefined {
  const stays = ([id]: readonly [Id, HTMLButtonElement]): boolean => staying.has(id);
  return (buttons.slice(at).find(stays) ?? buttons.slice(0, at).findLast(stays))?.[1];
}
