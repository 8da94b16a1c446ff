/** A token that is being made, kept in this tab over the way through a sign-in. */
import { scopes, type Scope, type TokenWish } from '../../../app/api/account';

const storageKey = 'maru.token-draft';
const dayMs = 86_400_000;

/** How long a token is good for, in days; null for always. */
export const lives = [30, 90, 365, null] as const;
export type Life = (typeof lives)[number];

export interface TokenDraft {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly life: Life;
}

export const emptyDraft: TokenDraft = { name: '', scopes: ['read'], life: 90 };

export function wishOf({ name, scopes: chosen, life }: TokenDraft, nowMs: number): TokenWish {
  return { name: name.trim(), scopes: chosen, expiresMs: life === null ? null : nowMs + life * dayMs };
}

/** What may be given: the last two by whoever has the role. */
export function scopesFor(role: 'user' | 'moderator' | 'admin'): readonly Scope[] {
  return scopes.filter((scope) => (scope === 'admin' ? role === 'admin' : scope === 'moderate' ? role !== 'user' : true));
}

/** What was stored, read with suspicion: anything may have written there. */
export function parseDraft(stored: string | null): TokenDraft {
  try {
    const { name, scopes: chosen, life } = JSON.parse(stored ?? '{}') as Record<string, unknown>;
    const known = Array.isArray(chosen) ? scopes.filter((scope) => chosen.includes(scope)) : emptyDraft.scopes;
    return { name: typeof name === 'string' ? name.slice(0, 100) : '', scopes: known, life: lives.find((each) => each === life) ?? (life === null ? null : emptyDraft.life) };
  } catch {
    // not JSON of ours: one begins anew
    return emptyDraft;
  }
}

export function keptDraft(): TokenDraft {
  try {
    const stored = sessionStorage.getItem(storageKey);
    sessionStorage.removeItem(storageKey);
    return parseDraft(stored);
  } catch {
    // storage is denied in some private windows
    return emptyDraft;
  }
}

export function keepDraft(draft: TokenDraft): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(draft));
  } catch {
    // storage denied: it has to be written again
  }
}
