/** What somebody is to me, for as long as a page shows it, and changing it. */
import { useState } from 'react';
import { fetchRelation, type Relation } from '../api/people';
import { useResource } from '../state/resource';
import { useActing } from './useActing';

export interface Relating {
  /** Null while it is not known, and to whoever is nobody here or the person. */
  readonly relation: Relation | null;
  /** Why it is not known, and asking once more. */
  readonly error: unknown;
  again(): void;
  readonly busy: boolean;
  /** Grows with each change: lists that show it read again. */
  readonly version: number;
  change(what: () => Promise<Relation>, done?: (now: Relation) => void): void;
}

/** `asker` is null for nobody, and for the person of this handle. */
export function useRelation(handle: string, asker: string | null): Relating {
  const [resource, again] = useResource<Relation | null>(`${handle} ${asker ?? ''}`, (signal) => (asker === null ? Promise.resolve(null) : fetchRelation(handle, signal)));
  const [changed, setChanged] = useState<{ of: unknown; now: Relation } | null>(null);
  const [version, setVersion] = useState(0);
  const { busy, act } = useActing(true);
  const found = resource.status === 'ready' ? resource.value : null;
  const relation = changed?.of === resource ? changed.now : found;
  const change: Relating['change'] = (what, done) =>
    act(what, (now) => {
      setChanged({ of: resource, now });
      setVersion(version + 1);
      done?.(now);
    });
  return { relation, error: resource.status === 'failed' ? resource.error : null, again, busy, version, change };
}
