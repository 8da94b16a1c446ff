/** What people do all day: furnish, copy, take back, talk, walk, drag. All at random, all by seed. */
import { newItemId, type Item, type Outcome } from '../src/index.ts';
import type { Chance } from './chance.ts';
import type { Neighbour } from './neighbour.ts';

const kinds = ['cake', 'books', 'cactus', 'stool', 'teddy', 'gift'] as const;
const colors = ['', 'milk', 'wheat'] as const;
const wallpapers = ['mint_heart', 'hanji', 'sky_star'] as const;
const placesPerRoom = 19;

/** One line of chat and its fate. */
export interface Said {
  readonly text: string;
  outcome: Outcome | null;
}

/** What somebody has done in a run. */
export interface Diary {
  /** Batches made, in all. */
  made: number;
  readonly outcomes: Outcome[];
  readonly said: Said[];
}

export function newDiary(): Diary {
  return { made: 0, outcomes: [], said: [] };
}

export class Habits {
  readonly #who: Neighbour;
  readonly #chance: Chance;
  readonly #diary: Diary;
  #talksAgainAt = 0;

  constructor(who: Neighbour, chance: Chance, diary: Diary) {
    this.#who = who;
    this.#chance = chance;
    this.#diary = diary;
  }

  /** One thing, of whatever comes to mind. */
  act(): void {
    const acts = [
      () => this.#put(),
      () => this.#put(),
      () => this.#paint(),
      () => this.#shift(),
      () => this.#copy(),
      () => this.#remove(),
      () => this.#redecorate(),
      () => this.#note(this.#who.room.undo()),
      () => this.#note(this.#who.room.redo()),
      () => this.#walk(),
      () => this.#walk(),
      () => this.#drag(),
      () => this.#talk(),
      () => this.#talk(),
    ];
    this.#chance.pick(acts)();
  }

  #note(outcome: Promise<Outcome> | null): void {
    if (!outcome) {
      return;
    }
    this.#diary.made += 1;
    void outcome.then((each) => this.#diary.outcomes.push(each));
  }

  #spot(): { place: 0; x: number; y: number } {
    return { place: 0, x: this.#chance.whole(0, placesPerRoom), y: this.#chance.whole(0, placesPerRoom) };
  }

  #item(): Item | null {
    const items = [...this.#who.room.view.items.values()];
    return items.length > 0 ? this.#chance.pick(items) : null;
  }

  #put(): void {
    const { room } = this.#who;
    const id = newItemId(this.#chance.next);
    const kind = this.#chance.pick(kinds);
    this.#note(room.put({ id, kind, ...this.#spot(), rotation: 0, color: this.#chance.pick(colors) }));
  }

  #paint(): void {
    const item = this.#item();
    if (item) {
      this.#note(this.#who.room.patch(item.id, { color: this.#chance.pick(colors) }));
    }
  }

  #shift(): void {
    const item = this.#item();
    if (item) {
      this.#note(this.#who.room.patch(item.id, { standpoint: this.#spot() }));
    }
  }

  #copy(): void {
    const item = this.#item();
    if (item) {
      const copy = newItemId(this.#chance.next);
      this.#note(this.#who.room.duplicate([item.id], this.#chance.whole(-4, 4), this.#chance.whole(1, 4), [copy]));
    }
  }

  #remove(): void {
    const { room } = this.#who;
    const item = room.view.items.size > 12 ? this.#item() : null;
    if (item) {
      this.#note(room.remove(item.id));
    }
  }

  #redecorate(): void {
    this.#note(this.#who.room.setTheme({ wallpaper: this.#chance.pick(wallpapers) }));
  }

  #walk(): void {
    this.#who.room.move(this.#chance.whole(0, 1000), this.#chance.whole(0, 1000), this.#chance.pick([0, 1, 2, 3]), 1);
  }

  #drag(): void {
    const item = this.#item();
    const letGo = !item || this.#chance.next() < 0.3;
    this.#who.room.drag(letGo ? null : { item: item.id, standpoint: this.#spot(), rotation: 0 });
  }

  #talk(): void {
    this.#who.room.typing(true);
    if (Date.now() < this.#talksAgainAt) {
      return;
    }
    this.#talksAgainAt = Date.now() + 1_200;
    const said: Said = { text: `${this.#who.name} ${this.#diary.said.length + 1}`, outcome: null };
    this.#diary.said.push(said);
    const outcome = this.#who.room.say(said.text);
    this.#who.room.typing(false);
    this.#note(outcome);
    void outcome.then((each) => {
      said.outcome = each;
    });
  }
}
