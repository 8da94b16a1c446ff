/** One's own account: profile, handle, settings, ways in, logins, tokens, log, archive, closing. */
import { addressOf, type Answer, type Body, type Raw, type Wire } from './contract';
import { ask, askFile, askVersioned, type Versioned } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { profile, type Profile, type ProfileLink } from './people';
import { flag, list, moment, object, optional, some, text, unlessNot, word, type Look } from './shapes';

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
export const noticeSettings = ['follow', 'request', 'tie', 'guestbook', 'editor', 'comment', 'reaction', 'mention'] as const satisfies readonly (keyof Wire['Notifications'] & keyof Wire['NotificationsChange'])[];
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

function ownProfile(value: Raw<Wire['Me']>): OwnProfile {
  const fields = object(value, 'user');
  return {
    ...profile(value),
    role: word(fields.role, ['user', 'moderator', 'admin'], 'user'),
    handleChangeMs: optional(fields.handle_change_at, (at) => moment(at, 'handle_change_at')),
  };
}

function ownProfileIn({ value, etag }: Versioned<Raw<Answer<'GET /v1/me'>>>): Versioned<OwnProfile> {
  return { value: ownProfile(some(object(value, 'me').user, 'user')), etag };
}

export async function fetchOwnProfile(signal?: AbortSignal): Promise<Versioned<OwnProfile>> {
  return ownProfileIn(await askVersioned('GET /v1/me', {}, { signal }));
}

export async function changeProfile({ displayName, mood, bio, look, links }: ProfilePatch, etag: string | null): Promise<Versioned<OwnProfile>> {
  // what is undefined is not sent, and stays
  const body = { display_name: displayName, mood, bio, look, links } satisfies Body<'PATCH /v1/me'>;
  return ownProfileIn(await askVersioned('PATCH /v1/me', { body }, { ifMatch: etag }));
}

export async function changeHandle(handle: string): Promise<Versioned<OwnProfile>> {
  return ownProfileIn(await askVersioned('PUT /v1/me/handle', { body: { handle } }));
}

export function settings(value: Raw<Wire['Settings']>): Settings {
  const fields = object(value, 'settings');
  const notices = object(fields.notifications, 'notifications');
  return {
    accountPrivate: flag(fields.account_private, 'account_private'),
    roomDefault: word(fields.room_default_visibility, visibilities, 'private'),
    showPresence: word(fields.show_presence, shownTo, 'nobody'),
    showVisits: word(fields.show_visits, shownTo, 'nobody'),
    language: word(fields.language, ['ko', 'en'], 'en'),
    motion: word(fields.motion, motions, 'system'),
    notifications: Object.fromEntries(noticeSettings.map((each) => [each, unlessNot(notices[each])])) as Settings['notifications'],
  };
}

function settingsIn({ value, etag }: Versioned<Raw<Answer<'GET /v1/me/settings'>>>): Versioned<Settings> {
  return { value: settings(object(value, 'settings').settings), etag };
}

export async function fetchSettings(signal?: AbortSignal): Promise<Versioned<Settings>> {
  return settingsIn(await askVersioned('GET /v1/me/settings', {}, { signal }));
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
  } satisfies Body<'PATCH /v1/me/settings'>;
  return settingsIn(await askVersioned('PATCH /v1/me/settings', { body }, { ifMatch: etag }));
}

export interface Identity {
  readonly provider: string;
  readonly email: string | null;
  readonly linkedMs: number;
}

function identity(value: Raw<Wire['IdentityBody']>): Identity {
  const fields = object(value, 'identity');
  return {
    provider: text(fields.provider, 'provider'),
    email: optional(fields.email, (email) => text(email, 'email')),
    linkedMs: moment(fields.linked_at, 'linked_at'),
  };
}

export async function fetchIdentities(signal?: AbortSignal): Promise<Identity[]> {
  const { identities } = object(await ask('GET /v1/me/identities', {}, { signal }), 'identities');
  return list(identities, 'identities', identity);
}

/** The address this browser must open to link a provider. */
export async function beginLink(provider: string, returnTo: string): Promise<string> {
  const body = await ask('POST /v1/me/identities/{provider}', { path: { provider }, query: { return_to: returnTo } });
  return text(object(body, 'link').url, 'link_url');
}

export async function unlink(provider: string): Promise<void> {
  await ask('DELETE /v1/me/identities/{provider}', { path: { provider } });
}

/** The address at which one shows again who one is, and comes back to `returnTo`. */
export function reauthenticationAddress(provider: string, returnTo: string): string {
  return addressOf('GET /v1/auth/{provider}/start', { path: { provider }, query: { reauthenticate: true, return_to: returnTo } });
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

function login(value: Raw<Wire['LoginBody']>): Login {
  const fields = object(value, 'login');
  return {
    id: text(fields.id, 'login_id'),
    name: optional(fields.name, (name) => text(name, 'login_name')),
    app: optional(fields.app, (app) => text(object(app, 'app').name, 'app_name')),
    userAgent: text(fields.user_agent, 'user_agent'),
    address: optional(fields.address, (address) => text(address, 'address')),
    createdMs: moment(fields.created_at, 'created_at'),
    seenMs: moment(fields.seen_at, 'seen_at'),
    current: flag(fields.current, 'current'),
  };
}

export function fetchLogins(wish: PageWish): Promise<Page<Login>> {
  return fetchPage('GET /v1/me/logins', {}, 'logins', login, wish);
}

export async function renameLogin(id: string, name: string | null): Promise<void> {
  await ask('PATCH /v1/me/logins/{id}', { path: { id }, body: { name } });
}

export async function endLogin(id: string): Promise<void> {
  await ask('DELETE /v1/me/logins/{id}', { path: { id } });
}

export async function endOtherLogins(): Promise<void> {
  await ask('DELETE /v1/me/logins', {});
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

function token(value: Raw<Wire['PersonalTokenBody']>): Token {
  const fields = object(value, 'token');
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
  return fetchPage('GET /v1/me/tokens', {}, 'tokens', token, wish);
}

export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresMs: number | null;
}

/** Its secret is to be had this once; asked again under the same name `once` it is the same token. */
export async function makeToken(wish: TokenWish, once: string): Promise<{ token: Token; secret: string }> {
  const body = { name: wish.name, scopes: wish.scopes, expires_at: wish.expiresMs === null ? undefined : new Date(wish.expiresMs).toISOString() } satisfies Body<'POST /v1/me/tokens'>;
  const made = object(await ask('POST /v1/me/tokens', { body }, { once }), 'made');
  return { token: token(made.token), secret: text(made.secret, 'secret') };
}

export async function revokeToken(id: string): Promise<void> {
  await ask('DELETE /v1/me/tokens/{id}', { path: { id } });
}

/** One line of the log of what was done about the account. */
export interface LogLine {
  readonly atMs: number;
  readonly action: string;
  readonly by: 'oneself' | 'staff' | 'unknown';
  readonly userAgent: string | null;
  readonly address: string | null;
}

function logLine(value: Raw<Wire['OwnLineBody']>): LogLine {
  const fields = object(value, 'log_line');
  return {
    atMs: moment(fields.at, 'at'),
    action: text(fields.action, 'action'),
    by: word(fields.by, ['oneself', 'staff', 'unknown'], 'unknown'),
    userAgent: optional(fields.user_agent, (agent) => text(agent, 'user_agent')),
    address: optional(fields.address, (address) => text(address, 'address')),
  };
}

export function fetchLog(wish: PageWish): Promise<Page<LogLine>> {
  return fetchPage('GET /v1/me/audit', {}, 'entries', logLine, wish);
}

/** An archive of much may take its time. */
const archiveWithinMs = 5 * 60_000;

export function fetchArchive(): Promise<Blob> {
  return askFile('GET /v1/me/export', {}, { withinMs: archiveWithinMs });
}

/** Until when the account can be restored. */
export async function closeAccount(): Promise<number> {
  return moment(object(await ask('DELETE /v1/me', {}), 'closed').erased_at, 'erased_at');
}
