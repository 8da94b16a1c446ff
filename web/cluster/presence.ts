/** Who was seen to leave, held against who really went. */
import type { ClientRecord } from './record.ts';

export interface PresenceFindings {
  /** Seen leaving without having gone, or more often than they went. */
  readonly wrongLeaves: readonly string[];
  /** Gone, and never seen to leave by somebody who stayed. */
  readonly missingLeaves: readonly string[];
  /** How long the slowest leave took to be told. */
  readonly leaveMs: number;
}

/** When each person went. Whoever has several clients goes with the last of them. */
function departures(records: readonly ClientRecord[]): ReadonlyMap<string, number> {
  const clients = new Map<string, ClientRecord[]>();
  for (const record of records) {
    if (record.person !== null) clients.set(record.person, [...(clients.get(record.person) ?? []), record]);
  }
  const gone = new Map<string, number>();
  for (const [person, theirs] of clients) {
    const times = theirs.map(wentAt);
    if (times.every((time) => time !== null)) gone.set(person, Math.max(...times));
  }
  return gone;
}

function wentAt({ entries }: ClientRecord): number | null {
  return entries.find(({ kind }) => kind === 'gone')?.atMs ?? null;
}

/** Whom a client has seen inside until somebody's going. */
function knew({ entries }: ClientRecord, person: string, untilMs: number): boolean {
  return entries.some((entry) => {
    if (entry.atMs > untilMs) return false;
    return (entry.kind === 'inside' && entry.people.includes(person)) || (entry.kind === 'joined' && entry.person === person);
  });
}

export function presence(records: readonly ClientRecord[]): PresenceFindings {
  const wrongLeaves: string[] = [];
  const missingLeaves: string[] = [];
  let leaveMs = 0;
  const gone = departures(records);
  const named = new Map(records.map(({ name, person }) => [person, name]));
  for (const watcher of records) {
    const seen = new Map<string, number>();
    for (const entry of watcher.entries) {
      // somebody of whom nothing is recorded may come and go
      if (entry.kind !== 'left' || !named.has(entry.person)) continue;
      const { person, atMs } = entry;
      const who = named.get(person);
      const wentMs = gone.get(person);
      if (wentMs === undefined || wentMs > atMs) wrongLeaves.push(`${watcher.name} saw ${who} leave, who did not`);
      else if (seen.has(person)) wrongLeaves.push(`${watcher.name} saw ${who} leave twice`);
      else leaveMs = Math.max(leaveMs, atMs - wentMs);
      seen.set(person, atMs);
    }
    if (wentAt(watcher) !== null) continue;
    for (const [person, wentMs] of gone) {
      if (seen.has(person) || !knew(watcher, person, wentMs)) continue;
      missingLeaves.push(`${watcher.name} never saw ${named.get(person)} leave`);
    }
  }
  return { wrongLeaves, missingLeaves, leaveMs };
}
