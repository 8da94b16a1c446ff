/** Profiles, finding people, and what people are to each other. */
import { requestJson } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { flag, list, moment, object, optional, owner, text, user, type Owner, type User, type Loose } from './shapes';

export interface ProfileLink {
  readonly label: string;
  readonly url: string;
}

export interface Profile extends User {
  readonly links: readonly ProfileLink[];
}

export interface Tie {
  /** What I call them. */
  readonly nicknameMine: string;
  /** What they call me. */
  readonly nicknameTheirs: string;
  readonly sinceMs: number;
}

/** What somebody is to me. */
export interface Relation {
  readonly following: boolean;
  readonly requested: boolean;
  readonly requestedBy: boolean;
  readonly followedBy: boolean;
  /** Null: not muted. */
  readonly muting: { readonly untilMs: number | null } | null;
  readonly blocking: boolean;
  readonly tie: Tie | null;
  readonly tieAsked: boolean;
  readonly tieAskedBy: boolean;
}

/** Somebody in a list, and since when. */
export interface Entry extends Owner {
  readonly sinceMs: number;
}

export interface MutedEntry extends Entry {
  readonly untilMs: number | null;
}

export interface TieEntry extends Entry {
  readonly nicknameMine: string;
  readonly nicknameTheirs: string;
}

export interface AskingEntry extends Entry {
  readonly nicknameTheirs: string;
}

export interface Testimonial extends Owner {
  readonly text: string;
  readonly writtenMs: number;
}

export function profile(value: unknown): Profile {
  const fields = object<Loose>(value, 'user');
  return { ...user(fields), links: list(fields.links ?? [], 'links', link) };
}

function link(value: unknown): ProfileLink {
  const fields = object<Loose>(value, 'link');
  return { label: text(fields.label, 'link_label'), url: text(fields.url, 'link_url') };
}

export function relation(value: unknown): Relation {
  const fields = object<Loose>(value, 'relation');
  return {
    following: flag(fields.following, 'following'),
    requested: flag(fields.requested, 'requested'),
    requestedBy: flag(fields.requested_by, 'requested_by'),
    followedBy: flag(fields.followed_by, 'followed_by'),
    muting: optional(fields.muting, (muting) => ({ untilMs: optional(object<Loose>(muting, 'muting').until, (until) => moment(until, 'until')) })),
    blocking: flag(fields.blocking, 'blocking'),
    tie: optional(fields.tie, tie),
    tieAsked: flag(fields.tie_asked, 'tie_asked'),
    tieAskedBy: flag(fields.tie_asked_by, 'tie_asked_by'),
  };
}

function tie(value: unknown): Tie {
  const fields = object<Loose>(value, 'tie');
  return {
    nicknameMine: text(fields.nickname_mine, 'nickname_mine'),
    nicknameTheirs: text(fields.nickname_theirs, 'nickname_theirs'),
    sinceMs: moment(fields.since_at, 'since_at'),
  };
}

function entry(value: unknown): Entry {
  return { ...owner(value), sinceMs: moment(object<Loose>(value, 'entry').since_at, 'since_at') };
}

function muted(value: unknown): MutedEntry {
  return { ...entry(value), untilMs: optional(object<Loose>(value, 'entry').until, (until) => moment(until, 'until')) };
}

function tied(value: unknown): TieEntry {
  return { ...entry(value), ...tie(value) };
}

function asking(value: unknown): AskingEntry {
  return { ...entry(value), nicknameTheirs: text(object<Loose>(value, 'entry').nickname_theirs, 'nickname_theirs') };
}

function testimonial(value: unknown): Testimonial {
  const fields = object<Loose>(value, 'testimonial');
  return { ...owner(value), text: text(fields.text, 'testimonial_text'), writtenMs: moment(fields.written_at, 'written_at') };
}

function of(handle: string, what = ''): string {
  return `/v1/users/${encodeURIComponent(handle)}${what}`;
}

/** By a handle of the past too: the answer then has the one of today. */
export async function fetchProfile(handle: string, signal?: AbortSignal): Promise<Profile> {
  return profile(object<Loose>(await requestJson(of(handle), { signal }), 'profile').user);
}

export function searchPeople(query: string, wish: PageWish): Promise<Page<Owner>> {
  return fetchPage('/v1/users', 'users', owner, { ...wish, query: { q: query } });
}

export async function fetchRelation(handle: string, signal?: AbortSignal): Promise<Relation> {
  return relationIn(await requestJson(of(handle, '/relation'), { signal }));
}

function relationIn(body: unknown): Relation {
  return relation(object<Loose>(body, 'relation').relation);
}

export type Tied = 'follow' | 'mute' | 'block' | 'tie';

/** What they are to me afterwards. */
export async function put(handle: string, what: Tied, body?: object): Promise<Relation> {
  return relationIn(await requestJson(of(handle, `/${what}`), { method: 'PUT', body }));
}

export async function take(handle: string, what: Tied): Promise<Relation> {
  await requestJson(of(handle, `/${what}`), { method: 'DELETE' });
  return fetchRelation(handle);
}

export function mute(handle: string, untilMs: number | null): Promise<Relation> {
  return put(handle, 'mute', { until: untilMs === null ? null : new Date(untilMs).toISOString() });
}

/** Asks for a tie or consents to one, or gives another nickname. */
export function tieTo(handle: string, nickname: string): Promise<Relation> {
  return put(handle, 'tie', { nickname });
}

export async function testify(handle: string, line: string): Promise<void> {
  await requestJson(of(handle, '/testimonial'), { method: 'PUT', body: { text: line } });
}

/** My line on somebody's profile. */
export async function retract(handle: string): Promise<void> {
  await requestJson(of(handle, '/testimonial'), { method: 'DELETE' });
}

/** Somebody's line on mine. */
export async function removeTestimonial(handle: string): Promise<void> {
  await requestJson(`/v1/me/testimonials/${encodeURIComponent(handle)}`, { method: 'DELETE' });
}

export async function removeFollower(handle: string): Promise<void> {
  await requestJson(`/v1/me/followers/${encodeURIComponent(handle)}`, { method: 'DELETE' });
}

export async function answerRequest(handle: string, yes: boolean): Promise<void> {
  await requestJson(`/v1/me/follow-requests/${encodeURIComponent(handle)}`, { method: yes ? 'PUT' : 'DELETE' });
}

export function fetchFollowers(handle: string, wish: PageWish): Promise<Page<Entry>> {
  return fetchPage(of(handle, '/followers'), 'followers', entry, wish);
}

export function fetchFollowing(handle: string, wish: PageWish): Promise<Page<Entry>> {
  return fetchPage(of(handle, '/following'), 'following', entry, wish);
}

export function fetchFamiliar(handle: string, wish: PageWish): Promise<Page<Entry>> {
  return fetchPage(of(handle, '/familiar-followers'), 'familiar_followers', entry, wish);
}

export function fetchTestimonials(handle: string, wish: PageWish): Promise<Page<Testimonial>> {
  return fetchPage(of(handle, '/testimonials'), 'testimonials', testimonial, wish);
}

export function fetchFollowRequests(wish: PageWish): Promise<Page<Entry>> {
  return fetchPage('/v1/me/follow-requests', 'follow_requests', entry, wish);
}

export function fetchTies(wish: PageWish): Promise<Page<TieEntry>> {
  return fetchPage('/v1/me/ties', 'ties', tied, wish);
}

export function fetchTieRequests(wish: PageWish): Promise<Page<AskingEntry>> {
  return fetchPage('/v1/me/tie-requests', 'tie_requests', asking, wish);
}

export function fetchBlocks(wish: PageWish): Promise<Page<Entry>> {
  return fetchPage('/v1/me/blocks', 'blocks', entry, wish);
}

export function fetchMutes(wish: PageWish): Promise<Page<MutedEntry>> {
  return fetchPage('/v1/me/mutes', 'mutes', muted, wish);
}
