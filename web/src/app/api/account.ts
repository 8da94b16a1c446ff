/** One's own account: profile, handle, settings, ways in, logins, tokens, log, archive, closing. */
import { requestFile, requestJson, requestVersioned, type Versioned } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { profile, type Profile, type ProfileLink } from './people';
import { flag, list, moment, object, optional, text, word, type Look, type Loose } from './shapes';

export type { Versioned } from './http';

export interface OwnProfile extends Profile {
  readonly role: 'user' | 'moderator' | 'admin';
  /** Null: the handle may change now. */
  readonly handleChangeMs: number | null;
}

export interface ProfilePatch {
  readonly displayName?: string;
  readonly mood?: string;
  readonly bio?: string;
  readonly look?: Look;
  readonly links?: readonly ProfileLink[];
}

export const shownTo = ['everyone', 'followers', 'ties', 'nobody'] as const;
export const motions = ['system', 'reduced', 'full'] as const;
export const visibilities = ['public', 'followers', 'private'] as const;
export const noticeSettings = ['follow', 'request', 'tie', 'guestbook', 'comment', 'reaction', 'mention'] as const;
export type ShownTo = (typeof shownTo)[number];
export type Motion = (typeof motions)[number];
export type NoticeSetting = (typeof noticeSettings)[number];

export interface Settings {
  readonly accountPrivate: boolean;
  readonly roomDefault: (typeof visibilities)[number];
  readonly showPresence: ShownTo;
  readonly showVisits: ShownTo;
  readonly language: 'ko' | 'en';
  readonly motion: Motion;
  readonly notifications: Readonly<Record<NoticeSetting, boolean>>;
}

/** Absent stays. */
export type SettingsPatch = Partial<Omit<Settings, 'notifications'>> & { readonly notifications?: Partial<Settings['notifications']> };

function ownProfile(value: unknown): OwnProfile {
  const fields = object<Loose>(value, 'user');
  return {
    ...profile(fields),
    role: word(fields.role, ['user', 'moderator', 'admin'], 'user'),
    handleChangeMs: optional(fields.handle_change_at, (at) => moment(at, 'handle_change_at')),
  };
}

function ownProfileIn({ value, etag }: Versioned<unknown>): Versioned<OwnProfile> {
  return { value: ownProfile(object<Loose>(value, 'me').user), etag };
}

export async function fetchOwnProfile(signal?: AbortSignal): Promise<Versioned<OwnProfile>> {
  return ownProfileIn(await requestVersioned('/v1/me', { signal }));
}

export async function changeProfile({ displayName, mood, bio, look, links }: ProfilePatch, etag: string | null): Promise<Versioned<OwnProfile>> {
  // what is undefined is not sent, and stays
  const body = { display_name: displayName, mood, bio, look, links };
  return ownProfileIn(await requestVersioned('/v1/me', { method: 'PATCH', body, ifMatch: etag }));
}

export async function changeHandle(handle: string): Promise<Versioned<OwnProfile>> {
  return ownProfileIn(await requestVersioned('/v1/me/handle', { method: 'PUT', body: { handle } }));
}

export function settings(value: unknown): Settings {
  const fields = object<Loose>(value, 'settings');
  const notices = object<Loose>(fields.notifications, 'notifications');
  return {
    accountPrivate: flag(fields.account_private, 'account_private'),
    roomDefault: word(fields.room_default_visibility, visibilities, 'private'),
    showPresence: word(fields.show_presence, shownTo, 'nobody'),
    showVisits: word(fields.show_visits, shownTo, 'nobody'),
    language: word(fields.language, ['ko', 'en'], 'en'),
    motion: word(fields.motion, motions, 'system'),
    notifications: Object.fromEntries(noticeSettings.map((each) => [each, notices[each] !== false])) as Settings['notifications'],
  };
}

function settingsIn({ value, etag }: Versioned<unknown>): Versioned<Settings> {
  return { value: settings(object<Loose>(value, 'settings').settings), etag };
}

export async function fetchSettings(signal?: AbortSignal): Promise<Versioned<Settings>> {
  return settingsIn(await requestVersioned('/v1/me/settings', { signal }));
}

export async function changeSettings(patch: SettingsPatch, etag: string | null): Promise<Versioned<Settings>> {
  const body = {
    account_private: patch.accountPrivate,
    room_default_visibility: patch.roomDefault,
    show_presence: patch.showPresence,
    show_visits: patch.showVisits,
    language: patch.language,
    motion: patch.motion,
    notifications: patch.notifications,
  };
  return settingsIn(await requestVersioned('/v1/me/settings', { method: 'PATCH', body, ifMatch: etag }));
}

export interface Identity {
  readonly provider: string;
  readonly email: string | null;
  readonly linkedMs: number;
}

export async function fetchIdentities(signal?: AbortSignal): Promise<Identity[]> {
  const { identities } = object<Loose>(await requestJson('/v1/me/identities', { signal }), 'identities');
  return list(identities, 'identities', (value) => {
    const fields = object<Loose>(value, 'identity');
    return {
      provider: text(fields.provider, 'provider'),
      email: optional(fields.email, (email) => text(email, 'email')),
      linkedMs: moment(fields.linked_at, 'linked_at'),
    };
  });
}

/** The address this browser must open to link a provider. */
export async function beginLink(provider: string, returnTo: string): Promise<string> {
  const path = `/v1/me/identities/${encodeURIComponent(provider)}?return_to=${encodeURIComponent(returnTo)}`;
  return text(object<Loose>(await requestJson(path, { method: 'POST' }), 'link').url, 'link_url');
}

export async function unlink(provider: string): Promise<void> {
  await requestJson(`/v1/me/identities/${encodeURIComponent(provider)}`, { method: 'DELETE' });
}

/** The address at which one shows again who one is, and comes back to `returnTo`. */
export function reauthenticationAddress(provider: string, returnTo: string): string {
  return `/v1/auth/${encodeURIComponent(provider)}/start?reauthenticate=true&return_to=${encodeURIComponent(returnTo)}`;
}

export interface Login {
  readonly id: string;
  readonly name: string | null;
  /** Of an app: which. */
  readonly app: string | null;
  readonly userAgent: string;
  readonly address: string | null;
  readonly createdMs: number;
  readonly seenMs: number;
  readonly current: boolean;
}

function login(value: unknown): Login {
  const fields = object<Loose>(value, 'login');
  return {
    id: text(fields.id, 'login_id'),
    name: optional(fields.name, (name) => text(name, 'login_name')),
    app: optional(fields.app, (app) => text(object<Loose>(app, 'app').name, 'app_name')),
    userAgent: text(fields.user_agent, 'user_agent'),
    address: optional(fields.address, (address) => text(address, 'address')),
    createdMs: moment(fields.created_at, 'created_at'),
    seenMs: moment(fields.seen_at, 'seen_at'),
    current: flag(fields.current, 'current'),
  };
}

export function fetchLogins(wish: PageWish): Promise<Page<Login>> {
  return fetchPage('/v1/me/logins', 'logins', login, wish);
}

export async function renameLogin(id: string, name: string | null): Promise<void> {
  await requestJson(`/v1/me/logins/${encodeURIComponent(id)}`, { method: 'PATCH', body: { name } });
}

export async function endLogin(id: string): Promise<void> {
  await requestJson(`/v1/me/logins/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export async function endOtherLogins(): Promise<void> {
  await requestJson('/v1/me/logins', { method: 'DELETE' });
}

/** All that a token can be for; `account` never. */
export const scopes = ['read', 'write', 'live', 'moderate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdMs: number;
  readonly usedMs: number | null;
  readonly expiresMs: number | null;
}

function token(value: unknown): Token {
  const fields = object<Loose>(value, 'token');
  return {
    id: text(fields.id, 'token_id'),
    name: text(fields.name, 'token_name'),
    scopes: list(fields.scopes, 'scopes', (scope) => text(scope, 'scope')),
    createdMs: moment(fields.created_at, 'created_at'),
    usedMs: optional(fields.used_at, (at) => moment(at, 'used_at')),
    expiresMs: optional(fields.expires_at, (at) => moment(at, 'expires_at')),
  };
}

export function fetchTokens(wish: PageWish): Promise<Page<Token>> {
  return fetchPage('/v1/me/tokens', 'tokens', token, wish);
}

export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresMs: number | null;
}

/** Its secret is to be had this once; asked again under the same name `once` it is the same token. */
export async function makeToken(wish: TokenWish, once: string): Promise<{ token: Token; secret: string }> {
  const body = { name: wish.name, scopes: wish.scopes, ...(wish.expiresMs === null ? {} : { expires_at: new Date(wish.expiresMs).toISOString() }) };
  const made = object<Loose>(await requestJson('/v1/me/tokens', { method: 'POST', body, once }), 'made');
  return { token: token(made.token), secret: text(made.secret, 'secret') };
}

export async function revokeToken(id: string): Promise<void> {
  await requestJson(`/v1/me/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** One line of the log of what was done about the account. */
export interface LogLine {
  readonly atMs: number;
  readonly action: string;
  readonly by: 'oneself' | 'staff' | 'unknown';
  readonly userAgent: string | null;
  readonly address: string | null;
}

function logLine(value: unknown): LogLine {
  const fields = object<Loose>(value, 'log_line');
  return {
    atMs: moment(fields.at, 'at'),
    action: text(fields.action, 'action'),
    by: word(fields.by, ['oneself', 'staff', 'unknown'], 'unknown'),
    userAgent: optional(fields.user_agent, (agent) => text(agent, 'user_agent')),
    address: optional(fields.address, (address) => text(address, 'address')),
  };
}

export function fetchLog(wish: PageWish): Promise<Page<LogLine>> {
  return fetchPage('/v1/me/audit', 'entries', logLine, wish);
}

/** An archive of much may take its time. */
const archiveWithinMs = 5 * 60_000;

export function fetchArchive(): Promise<Blob> {
  return requestFile('/v1/me/export', archiveWithinMs);
}

/** Until when the account can be restored. */
export async function closeAccount(): Promise<number> {
  return moment(object<Loose>(await requestJson('/v1/me', { method: 'DELETE' }), 'closed').erased_at, 'erased_at');
}
