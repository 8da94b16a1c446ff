/** Profiles, finding people, and what people are to each other. */
import { picture, type Picture } from './assets';
import type { Raw, Wire } from './contract';
import { ask } from './http';
import { fetchCounted, fetchPage, type Page, type PageWish } from './pages';
import { flag, list, moment, object, optional, owner, text, user, whole, type Owner, type User } from './shapes';

export interface ProfileLink {
  readonly label: string;
  readonly url: string;
}

export interface Counts {
  readonly followers: number;
  readonly following: number;
  readonly ties: number;
}

/** The room somebody is in. */
export interface Presence {
  readonly roomId: string;
  readonly roomName: string;
}

export interface Profile extends User {
  /** The picture they have chosen beside their figure. */
  readonly avatar: Picture | null;
  readonly links: readonly ProfileLink[];
  /** Null: a private account that the viewer does not follow. */
  readonly counts: Counts | null;
}

/** Somebody else's, or one's own as others see it. */
export interface ShownProfile extends Profile {
  /** Null: in no room, in none the viewer may know of, or not shown to the viewer. */
  readonly presence: Presence | null;
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

export function profile(value: Raw<Wire['Shown']>): Profile {
  const fields = object(value, 'user');
  // the document does not have it yet
  return { ...user(value), avatar: optional(fields.avatar, picture), links: list(fields.links ?? [], 'links', link), counts: optional(fields.counts, counts) };
}

function counts(value: Raw<Wire['CountsBody']>): Counts {
  const fields = object(value, 'counts');
  return { followers: whole(fields.followers, 'followers'), following: whole(fields.following, 'following'), ties: whole(fields.ties, 'ties') };
}

function presence(value: Raw<Wire['PresenceBody']>): Presence {
  const fields = object(value, 'presence');
  return { roomId: text(fields.room_id, 'room_id'), roomName: text(fields.room_name, 'room_name') };
}

function shown(value: Raw<Wire['InFull']>): ShownProfile {
  return { ...profile(value), presence: optional(object(value, 'user').presence, presence) };
}

function link(value: Raw<Wire['Link']>): ProfileLink {
  const fields = object(value, 'link');
  return { label: text(fields.label, 'link_label'), url: text(fields.url, 'link_url') };
}

export function relation(value: Raw<Wire['RelationFields']>): Relation {
  const fields = object(value, 'relation');
  return {
    following: flag(fields.following, 'following'),
    requested: flag(fields.requested, 'requested'),
    requestedBy: flag(fields.requested_by, 'requested_by'),
    followedBy: flag(fields.followed_by, 'followed_by'),
    muting: optional(fields.muting, (muting) => ({ untilMs: optional(object(muting, 'muting').until, (until) => moment(until, 'until')) })),
    blocking: flag(fields.blocking, 'blocking'),
    tie: optional(fields.tie, tie),
    tieAsked: flag(fields.tie_asked, 'tie_asked'),
    tieAskedBy: flag(fields.tie_asked_by, 'tie_asked_by'),
  };
}

function tie(value: Raw<Pick<Wire['TieBody'], keyof Wire['TieBody'] & keyof Wire['TiedBody']>>): Tie {
  const fields = object(value, 'tie');
  return {
    nicknameMine: text(fields.nickname_mine, 'nickname_mine'),
    nicknameTheirs: text(fields.nickname_theirs, 'nickname_theirs'),
    sinceMs: moment(fields.since_at, 'since_at'),
  };
}

function entry(value: Raw<Wire['ListedBody']>): Entry {
  return { ...owner(value), sinceMs: moment(object(value, 'entry').since_at, 'since_at') };
}

function muted(value: Raw<Wire['MutedBody']>): MutedEntry {
  return { ...entry(value), untilMs: optional(object(value, 'entry').until, (until) => moment(until, 'until')) };
}

function tied(value: Raw<Wire['TiedBody']>): TieEntry {
  return { ...entry(value), ...tie(value) };
}

function asking(value: Raw<Wire['AskingBody']>): AskingEntry {
  return { ...entry(value), nicknameTheirs: text(object(value, 'entry').nickname_theirs, 'nickname_theirs') };
}

function testimonial(value: Raw<Wire['WrittenBody']>): Testimonial {
  const fields = object(value, 'testimonial');
  return { ...owner(value), text: text(fields.text, 'testimonial_text'), writtenMs: moment(fields.written_at, 'written_at') };
}

/** By a handle of the past too: the answer then has the one of today. */
export async function fetchProfile(handle: string, signal?: AbortSignal): Promise<ShownProfile> {
  return shown(object(await ask('GET /v1/users/{handle}', { path: { handle } }, { signal }), 'profile').user);
}

export function searchPeople(q: string, wish: PageWish): Promise<Page<Owner>> {
  return fetchPage('GET /v1/users', { query: { q } }, 'users', owner, wish);
}

export async function fetchRelation(handle: string, signal?: AbortSignal): Promise<Relation> {
  return relationIn(await ask('GET /v1/users/{handle}/relation', { path: { handle } }, { signal }));
}

function relationIn(body: Raw<Wire['RelationBody']>): Relation {
  return relation(object(body, 'relation').relation);
}

/** What they are to me afterwards. */
export async function put(handle: string, what: 'follow' | 'block'): Promise<Relation> {
  return relationIn(await ask(`PUT /v1/users/{handle}/${what}`, { path: { handle } }));
}

export async function take(handle: string, what: 'follow' | 'mute' | 'block' | 'tie'): Promise<Relation> {
  await ask(`DELETE /v1/users/{handle}/${what}`, { path: { handle } });
  return fetchRelation(handle);
}

export async function mute(handle: string, untilMs: number | null): Promise<Relation> {
  const until = untilMs === null ? null : new Date(untilMs).toISOString();
  return relationIn(await ask('PUT /v1/users/{handle}/mute', { path: { handle }, body: { until } }));
}

/** Asks for a tie or consents to one, or gives another nickname. */
export async function tieTo(handle: string, nickname: string): Promise<Relation> {
  return relationIn(await ask('PUT /v1/users/{handle}/tie', { path: { handle }, body: { nickname } }));
}

export async function testify(handle: string, line: string): Promise<void> {
  await ask('PUT /v1/users/{handle}/testimonial', { path: { handle }, body: { text: line } });
}

/** My line on somebody's profile. */
export async function retract(handle: string): Promise<void> {
  await ask('DELETE /v1/users/{handle}/testimonial', { path: { handle } });
}

/** Somebody's line on mine. */
export async function removeTestimonial(handle: string): Promise<void> {
  await ask('DELETE /v1/me/testimonials/{handle}', { path: { handle } });
}

export async function removeFollower(handle: string): Promise<void> {
  await ask('DELETE /v1/me/followers/{handle}', { path: { handle } });
}

export async function answerRequest(handle: string, yes: boolean): Promise<void> {
  await ask(yes ? 'PUT /v1/me/follow-requests/{handle}' : 'DELETE /v1/me/follow-requests/{handle}', { path: { handle } });
}

export function fetchFollowers(handle: string, wish: PageWish): Promise<Page<Entry>> {
  return fetchCounted('GET /v1/users/{handle}/followers', { path: { handle } }, 'followers', entry, wish);
}

export function fetchFollowing(handle: string, wish: PageWish): Promise<Page<Entry>> {
  return fetchCounted('GET /v1/users/{handle}/following', { path: { handle } }, 'following', entry, wish);
}

export function fetchFamiliar(handle: string, wish: PageWish): Promise<Page<Entry>> {
  return fetchPage('GET /v1/users/{handle}/familiar-followers', { path: { handle } }, 'familiar_followers', entry, wish);
}

export function fetchTestimonials(handle: string, wish: PageWish): Promise<Page<Testimonial>> {
  return fetchPage('GET /v1/users/{handle}/testimonials', { path: { handle } }, 'testimonials', testimonial, wish);
}

export function fetchFollowRequests(wish: PageWish): Promise<Page<Entry>> {
  return fetchPage('GET /v1/me/follow-requests', {}, 'follow_requests', entry, wish);
}

export function fetchTies(wish: PageWish): Promise<Page<TieEntry>> {
  return fetchPage('GET /v1/me/ties', {}, 'ties', tied, wish);
}

export function fetchTieRequests(wish: PageWish): Promise<Page<AskingEntry>> {
  return fetchPage('GET /v1/me/tie-requests', {}, 'tie_requests', asking, wish);
}

export function fetchBlocks(wish: PageWish): Promise<Page<Entry>> {
  return fetchPage('GET /v1/me/blocks', {}, 'blocks', entry, wish);
}

export function fetchMutes(wish: PageWish): Promise<Page<MutedEntry>> {
  return fetchPage('GET /v1/me/mutes', {}, 'mutes', muted, wish);
}
