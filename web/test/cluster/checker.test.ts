/** The checker of the cluster suite finds what is planted in an otherwise sound record, and nothing in a sound one. */
import { describe, expect, it } from 'vitest';
import { check, type Findings } from '../../cluster/checker.ts';
import type { ClientRecord, Ending, Entry, Shown } from '../../cluster/record.ts';
import { keyOf } from '../../cluster/record.ts';
import type { Op, Outcome } from '../../packages/maru-client/src/index.ts';

const put = (id: number): Op => ({ type: 'put', id, kind: 'gift', place: 0, x: id, y: 0, rotation: 0, color: '' });
const paint = (id: number, color: string): Op => ({ type: 'patch', id, standpoint: null, rotation: null, color, ifSeq: null });
const remove = (id: number): Op => ({ type: 'remove', id, ifSeq: null });
const say = (text: string): Op => ({ type: 'say', text });
const applied = (seq: number): Outcome => ({ status: 'applied', seq });
const rejected: Outcome = { status: 'rejected', reason: 'overlap' };
const unproven: Outcome = { status: 'unproven' };

/** Writes a record entry by entry, a second apart unless a time is given. */
class Book implements ClientRecord {
  readonly entries: Entry[] = [];
  readonly name: string;
  readonly person: string;
  #atMs = 0;

  constructor(name: string) {
    this.name = name;
    this.person = `id of ${name}`;
  }

  #at(atMs: number | undefined): number {
    this.#atMs = atMs ?? this.#atMs + 1_000;
    return this.#atMs;
  }

  inside(epoch: number, seq: number, people: string[] = [], atMs?: number): this {
    this.entries.push({ kind: 'inside', atMs: this.#at(atMs), epoch, seq, people });
    return this;
  }

  sent(op: Op, atMs?: number): this {
    this.entries.push({ kind: 'sent', atMs: this.#at(atMs), key: keyOf([op]), ops: [op] });
    return this;
  }

  answered(op: Op, outcome: Outcome, epoch = 1, atMs?: number): this {
    this.entries.push({ kind: 'answered', atMs: this.#at(atMs), key: keyOf([op]), epoch, outcome });
    return this;
  }

  did(op: Op, outcome: Outcome, epoch = 1): this {
    return this.sent(op).answered(op, outcome, epoch);
  }

  told(op: Op, seq: number, epoch = 1): this {
    this.entries.push({ kind: 'delivered', atMs: this.#at(undefined), epoch, seq, key: keyOf([op]) });
    return this;
  }

  copied(seq: number, epoch = 1): this {
    this.entries.push({ kind: 'copied', atMs: this.#at(undefined), epoch, seq });
    return this;
  }

  outside(atMs: number): this {
    this.entries.push({ kind: 'outside', atMs: this.#at(atMs), reason: 'connection_lost' });
    return this;
  }

  saw(what: 'joined' | 'left', person: string, atMs: number): this {
    this.entries.push({ kind: what, atMs: this.#at(atMs), person: `id of ${person}` });
    return this;
  }

  gone(atMs: number): this {
    this.entries.push({ kind: 'gone', atMs: this.#at(atMs) });
    return this;
  }
}

function shown(seq: number, items: Record<number, string> = {}, chat: Shown['chat'] = []): Shown {
  return { seq, items: new Map(Object.entries(items).map(([id, color]) => [Number(id), color])), chat };
}

const lists = ['lost', 'doubled', 'ghosts', 'disordered', 'stale', 'diverged', 'misplaced', 'unproven', 'wrongLeaves', 'missingLeaves'] as const;

/** The names of the lists that hold something. */
function faults(findings: Findings): string[] {
  return lists.filter((name) => findings[name].length > 0);
}

function judged(records: readonly ClientRecord[], final: Shown, endings: readonly Ending[] = []): string[] {
  return faults(check(records, endings, final));
}

/** Two people, of whom one writes and both are told; at the end of it the room is at 4. */
function sound(): { author: Book; watcher: Book; final: Shown } {
  const author = new Book('author').inside(1, 0).did(put(7), applied(1)).told(put(7), 1);
  author.did(paint(7, 'milk'), applied(2)).told(paint(7, 'milk'), 2).did(say('hello'), applied(3)).told(say('hello'), 3);
  author.did(put(8), applied(4)).told(put(8), 4);
  const watcher = new Book('watcher').inside(1, 0).told(put(7), 1).told(paint(7, 'milk'), 2).told(say('hello'), 3).told(put(8), 4);
  return { author, watcher, final: shown(4, { 7: 'milk', 8: '' }, [{ seq: 3, text: 'hello' }]) };
}

describe('a sound record', () => {
  it('has nothing wrong and is counted', () => {
    const { author, watcher, final } = sound();
    const findings = check([author, watcher], [], final);
    expect(faults(findings)).toEqual([]);
    expect(findings).toMatchObject({ sent: 4, acked: 4, rejected: 0, delivered: 8, pauseMs: 1_000, awayMs: 0 });
  });

  it('may hold what an owner showed and had not saved when it died', () => {
    const author = new Book('author').inside(1, 0).sent(put(7)).told(put(7), 1);
    author.inside(2, 0).answered(put(7), applied(2), 2).told(put(9), 1, 2).told(put(7), 2, 2);
    const other = new Book('other').inside(2, 0).did(put(9), applied(1), 2).told(put(9), 1, 2).told(put(7), 2, 2);
    expect(judged([author, other], shown(2, { 7: '', 9: '' }))).toEqual([]);
  });

  it('may leave open what its author was not told', () => {
    const author = new Book('author').inside(1, 0).did(put(7), applied(1)).did(remove(7), unproven);
    for (const items of [{}, { 7: '' }] as Record<number, string>[]) {
      expect(judged([author], shown(2, items))).toEqual(['unproven']);
    }
  });

  it('may have lines that fell out of the chat', () => {
    const author = new Book('author').did(say('old'), applied(1)).did(say('new'), applied(2));
    expect(judged([author], shown(2, {}, [{ seq: 2, text: 'new' }]))).toEqual([]);
  });
});

describe('losses', () => {
  it('of a put, a painting, a removal and a line', () => {
    const { author, watcher, final } = sound();
    author.did(remove(8), applied(5));
    const without = (items: Readonly<Record<number, string>>, chat = final.chat): string[] => judged([author, watcher], shown(5, items, chat));
    expect(without({ 7: 'milk' })).toEqual([]);
    expect(without({})).toEqual(['lost']);
    expect(without({ 7: '' })).toEqual(['lost']);
    expect(without({ 7: 'milk', 8: '' })).toEqual(['lost']);
    expect(without({ 7: 'milk' }, [])).toEqual(['lost']);
  });

  it('of a batch in whose place a later epoch has another', () => {
    const { author, watcher, final } = sound();
    watcher.inside(2, 3).told(put(9), 4, 2);
    expect(judged([author, watcher], final)).toContain('lost');
  });

  it('of one of two batches that were acknowledged at one place', () => {
    const author = new Book('author').did(put(7), applied(1));
    const other = new Book('other').did(say('hello'), applied(1));
    expect(judged([author, other], shown(1, { 7: '' }, [{ seq: 1, text: 'hello' }]))).toEqual(['lost']);
  });

  it('of whatever was acknowledged beyond the end of the room', () => {
    const author = new Book('author').did(put(7), applied(3)).did(remove(7), applied(4));
    expect(judged([author], shown(2))).toEqual(['lost']);
  });
});

describe('doubles', () => {
  it('of a line in the chat', () => {
    const { author, watcher } = sound();
    const chat = [{ seq: 3, text: 'hello' }, { seq: 5, text: 'hello' }];
    expect(judged([author, watcher], shown(5, { 7: 'milk', 8: '' }, chat))).toEqual(['doubled']);
  });

  it('of a batch at two places of an epoch', () => {
    const { author, watcher, final } = sound();
    watcher.told(put(7), 5);
    expect(judged([author, watcher], { ...final, seq: 5 })).toEqual(['doubled']);
  });

  it('of an acknowledged batch that a new owner takes again', () => {
    const { author, watcher, final } = sound();
    watcher.inside(2, 4).told(put(7), 5, 2);
    expect(judged([author, watcher], { ...final, seq: 5 })).toEqual(['doubled']);
  });

  it('and ghosts: what was refused and is there', () => {
    const author = new Book('author').did(put(7), rejected).did(say('no'), rejected);
    expect(judged([author], shown(1))).toEqual([]);
    expect(judged([author], shown(1, { 7: '' }))).toEqual(['ghosts']);
    expect(judged([author], shown(1, {}, [{ seq: 1, text: 'no' }]))).toEqual(['ghosts']);
  });
});

describe('order', () => {
  it('differs when two see different batches at one place', () => {
    const author = new Book('author').inside(1, 0).did(put(7), applied(1)).told(put(7), 1).told(put(8), 2);
    const watcher = new Book('watcher').inside(1, 0).told(put(8), 1).told(put(7), 2);
    const other = new Book('other').did(put(8), applied(2));
    expect(judged([author, watcher, other], shown(2, { 7: '', 8: '' }))).toContain('disordered');
  });

  it('is broken by a batch that comes twice, backwards or after a hole', () => {
    for (const [first, second] of [[1, 1], [2, 1], [1, 3]] as const) {
      const watcher = new Book('watcher').inside(1, first - 1).told(put(first), first).told(put(second), second);
      expect(judged([watcher], shown(3))).toContain('disordered');
    }
  });

  it('goes on after a return from wherever that found the room', () => {
    const watcher = new Book('watcher').inside(1, 0).told(put(1), 1).inside(1, 5).told(put(6), 6);
    expect(judged([watcher], shown(6))).toEqual([]);
  });

  it('goes on from a copy of the room, which has all before it', () => {
    const watcher = new Book('watcher').inside(1, 0).told(put(1), 1).copied(5).told(put(6), 6);
    expect(judged([watcher], shown(6))).toEqual([]);
    const gap = new Book('watcher').inside(1, 0).told(put(1), 1).copied(5).told(put(7), 7);
    expect(judged([gap], shown(7))).toEqual(['disordered']);
  });

  it('never goes back with a copy of the room', () => {
    for (const back of [new Book('watcher').inside(1, 4).copied(3), new Book('watcher').inside(1, 4).inside(1, 3)]) {
      expect(judged([back], shown(4))).toEqual(['disordered']);
    }
    const watcher = new Book('watcher').inside(1, 4).copied(3, 2);
    expect(judged([watcher], shown(3))).toEqual([]);
  });

  it('never goes back to an epoch that is over', () => {
    const { author, final } = sound();
    const watcher = new Book('watcher').inside(2, 3).told(put(8), 4, 1);
    expect(judged([author, watcher], final)).toEqual(['stale']);
  });
});

describe('endings', () => {
  const ending = (more: Partial<Ending>): Ending => {
    const { final } = sound();
    return { client: 'author', places: new Map(), stood: null, ...final, ...more };
  };
  const judgedWith = (...endings: Ending[]): string[] => {
    const { author, watcher, final } = sound();
    return judged([author, watcher], final, endings);
  };

  it('are those of the room', () => {
    expect(judgedWith(ending({}))).toEqual([]);
    expect(judgedWith(ending({ chat: [] }))).toEqual([]);
    for (const wrong of [{ seq: 3 }, { items: new Map([[7, 'milk']]) }, { chat: [{ seq: 3, text: 'other' }] }]) {
      expect(judgedWith(ending(wrong))).toEqual(['diverged']);
    }
  });

  it('show everyone where they went last', () => {
    const stood = { x: 5, y: 6 };
    const places = new Map([['id of author', stood]]);
    const author = ending({ stood, places });
    expect(judgedWith(author, ending({ client: 'watcher', places }))).toEqual([]);
    expect(judgedWith(author, ending({ client: 'watcher', places: new Map([['id of author', { x: 5, y: 7 }]]) }))).toEqual(['misplaced']);
    expect(judgedWith(author, ending({ client: 'watcher' }))).toEqual(['misplaced']);
  });
});

describe('leaves', () => {
  const here = ['id of goer', 'id of watcher'];
  const watcher = (): Book => new Book('watcher').inside(1, 0, here, 0);

  it('are right once, after somebody went', () => {
    const goer = new Book('goer').inside(1, 0, here, 0).gone(5_000);
    const findings = check([watcher().saw('left', 'goer', 5_400), goer], [], shown(0));
    expect(faults(findings)).toEqual([]);
    expect(findings.leaveMs).toBe(400);
  });

  it('are wrong of who stayed, before the going, and the second time', () => {
    const stayed = new Book('goer').inside(1, 0, here, 0);
    const goer = new Book('goer').inside(1, 0, here, 0).gone(5_000);
    expect(judged([watcher().saw('left', 'goer', 4_000), stayed], shown(0))).toEqual(['wrongLeaves']);
    expect(judged([watcher().saw('left', 'goer', 4_000), goer], shown(0))).toEqual(['wrongLeaves']);
    const twice = watcher().saw('left', 'goer', 5_400).saw('joined', 'goer', 5_500).saw('left', 'goer', 5_600);
    expect(judged([twice, goer], shown(0))).toEqual(['wrongLeaves']);
  });

  it('are missing when nobody tells of them', () => {
    const goer = new Book('goer').inside(1, 0, here, 0).gone(5_000);
    expect(judged([watcher(), goer], shown(0))).toEqual(['missingLeaves']);
    expect(judged([new Book('late').inside(1, 0, [], 6_000), goer], shown(0))).toEqual([]);
  });

  it('are those of people, not of their tabs', () => {
    const tab = new Book('goer').inside(1, 0, here, 0).gone(5_000);
    const other = new Book('goer').inside(1, 0, here, 0);
    expect(judged([watcher(), tab, other], shown(0))).toEqual([]);
    expect(judged([watcher().saw('left', 'goer', 5_400), tab, other], shown(0))).toEqual(['wrongLeaves']);
  });
});

describe('times', () => {
  it('are the longest of each kind', () => {
    const author = new Book('author').inside(1, 0, [], 0).sent(put(7), 1_000).outside(2_000);
    author.inside(2, 0, [], 9_000).answered(put(7), applied(1), 2, 9_500).told(put(7), 1, 2);
    expect(check([author], [], shown(1, { 7: '' }))).toMatchObject({ pauseMs: 8_500, awayMs: 7_000 });
  });
});
