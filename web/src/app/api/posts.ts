/** Posts, what people do with them, and the comments on them. */
import { picture, type Picture } from './assets';
import type { Raw, Wire } from './contract';
import { flag, list, moment, object, optional, owner, some, text, whole, word, type Owner } from './shapes';
import { standing, type Standing } from './standing';

export const audiences = ['public', 'followers', 'ties', 'private'] as const satisfies readonly Wire['Audience'][];
export type Audience = (typeof audiences)[number];
export const reactionKinds = ['heart', 'laugh', 'wow', 'sad', 'cheer', 'thanks'] as const satisfies readonly Wire['ReactionKind'][];
export type ReactionKind = (typeof reactionKinds)[number];
export const postStates = ['draft', 'scheduled', 'published'] as const satisfies readonly Wire['PostState'][];
export type PostState = (typeof postStates)[number];

/** What a post, one that is quoted and one as it was before have in common. */
type ContentBody = Pick<Wire['PostFields'], 'text' | 'content_warning' | 'sensitive' | 'pictures' | 'tags'>;

/** Alone or in a list. */
type PostBody = Wire['PostFields'] & Partial<Pick<Wire['ListedPost'], 'reposted_by'>>;

export type Reactions = Readonly<Record<ReactionKind, number>>;

/** A picture as it was attached. */
export interface Attachment {
  readonly asset: string;
  readonly alt: string;
}

/** What a post says and shows. */
export interface Content {
  readonly text: string;
  /** Empty: readers are not warned. */
  readonly warning: string;
  readonly sensitive: boolean;
  readonly pictures: readonly Picture[];
  /** As they are compared. */
  readonly tags: readonly string[];
}

export interface Quoted extends Content {
  readonly id: string;
  readonly author: Owner;
  /** Whether it quotes something itself. */
  readonly quotes: boolean;
  readonly publishedMs: number | null;
}

export interface Post extends Content {
  readonly id: string;
  readonly author: Owner;
  readonly state: PostState;
  readonly audience: Audience;
  readonly standing: Standing;
  readonly roomId: string | null;
  /** Null: it quotes nothing, or what it quotes is not there for the viewer. */
  readonly quote: Quoted | null;
  readonly quotes: boolean;
  /** All that were attached, for the author alone: some may not be to be shown yet. */
  readonly attachments: readonly Attachment[] | null;
  readonly pinned: boolean;
  readonly createdMs: number;
  /** When it is to be published by itself. */
  readonly publishMs: number | null;
  readonly publishedMs: number | null;
  readonly editedMs: number | null;
  readonly comments: number;
  readonly reposts: number;
  readonly reactions: Reactions;
  readonly reaction: ReactionKind | null;
  readonly bookmarked: boolean;
  readonly reposted: boolean;
  /** How many bookmarked it, for the author alone. */
  readonly bookmarks: number | null;
  /** The word for which the viewer would rather not see it. */
  readonly mutedWord: string | null;
  /** Who passed it on, where that is why it is in the list. */
  readonly repostedBy: Owner | null;
}

/** What a post was before. */
export interface Edit extends Content {
  readonly version: number;
  readonly sinceMs: number;
}

export interface Comment {
  readonly id: string;
  readonly postId: string;
  readonly parentId: string | null;
  readonly depth: number;
  /** Null where only the place is left. */
  readonly author: Owner | null;
  /** Only the place is left, for the answers to it. */
  readonly gone: boolean;
  readonly text: string;
  readonly standing: Standing;
  readonly replies: number;
  readonly reactions: Reactions;
  readonly reaction: ReactionKind | null;
  readonly mutedWord: string | null;
  readonly version: number;
  readonly createdMs: number;
  readonly editedMs: number | null;
}

export interface FeedTag {
  readonly name: string;
  /** Null where nobody counted. */
  readonly posts: number | null;
}

export interface Reacted extends Owner {
  readonly kind: ReactionKind | null;
}

function reactions(value: Raw<Wire['ReactionsBody']>): Reactions {
  const fields = object(value, 'reactions');
  return Object.fromEntries(reactionKinds.map((kind) => [kind, whole(fields[kind] ?? 0, kind)])) as Reactions;
}

function reactionKind(value: Raw<string | null | undefined>): ReactionKind | null {
  return optional(value, (kind) => reactionKinds.find((known) => known === text(kind, 'reaction')) ?? null);
}

const nothingDone = { reaction: null, bookmarked: false, reposted: false } as const;

/** What the viewer did with it. */
function mine(value: Raw<Wire['PostMineBody']>): Pick<Post, keyof typeof nothingDone> {
  const fields = object(value, 'mine');
  return { reaction: reactionKind(fields.reaction), bookmarked: yes(fields.bookmarked), reposted: yes(fields.reposted) };
}

function content(value: Raw<ContentBody>): Content {
  const fields = object(value, 'content');
  return {
    text: text(fields.text, 'text'),
    warning: optional(fields.content_warning, (warning) => text(warning, 'content_warning')) ?? '',
    sensitive: flag(fields.sensitive, 'sensitive'),
    pictures: list(fields.pictures, 'pictures', picture),
    tags: list(fields.tags, 'tags', (each) => text(each, 'tag')),
  };
}

function momentIf(value: Raw<string | null | undefined>, what: string): number | null {
  return optional(value, (at) => moment(at, what));
}

function quoted(value: Raw<Wire['QuotedBody']>): Quoted {
  const fields = object(value, 'quote');
  return {
    ...content(value),
    id: text(fields.id, 'quote_id'),
    author: owner(some(fields.author, 'author')),
    quotes: yes(fields.quotes),
    publishedMs: momentIf(fields.published_at, 'published_at'),
  };
}

function attachment(value: Raw<Wire['AttachmentBody']>): Attachment {
  const fields = object(value, 'attachment');
  return { asset: text(fields.asset, 'asset'), alt: optional(fields.alt, (alt) => text(alt, 'alt')) ?? '' };
}

function mutedWord(value: Raw<Wire['MutedWordFound']>): string {
  return text(object(value, 'muted').word, 'muted_word');
}

export function post(value: Raw<PostBody>): Post {
  const fields = object(value, 'post');
  const counts = object(fields.counts, 'counts');
  return {
    ...content(value),
    id: text(fields.id, 'post_id'),
    author: owner(some(fields.author, 'author')),
    state: word(fields.state, postStates, 'published'),
    audience: word(fields.visibility, audiences, 'private'),
    standing: standing(fields.standing),
    roomId: optional(fields.room, (id) => text(id, 'room')),
    quote: optional(fields.quote, (quote) => optional(object(quote, 'quote').post, quoted)),
    quotes: optional(fields.quote, () => true) ?? false,
    attachments: optional(fields.attachments, (all) => list(all, 'attachments', attachment)),
    pinned: flag(fields.pinned, 'pinned'),
    createdMs: moment(fields.created_at, 'created_at'),
    publishMs: momentIf(fields.publish_at, 'publish_at'),
    publishedMs: momentIf(fields.published_at, 'published_at'),
    editedMs: momentIf(fields.edited_at, 'edited_at'),
    comments: whole(counts.comments, 'comments'),
    reposts: whole(counts.reposts, 'reposts'),
    reactions: reactions(counts.reactions),
    ...(optional(fields.mine, mine) ?? nothingDone),
    bookmarks: optional(counts.bookmarks, (count) => whole(count, 'bookmarks')),
    mutedWord: optional(fields.muted, mutedWord),
    repostedBy: optional(fields.reposted_by, owner),
  };
}

function yes(value: Raw<boolean | undefined>): boolean {
  const came: unknown = value;
  return came === true;
}

export function edit(value: Raw<Wire['RevisionBody']>): Edit {
  const fields = object(value, 'edit');
  return { ...content(value), version: whole(fields.version, 'version'), sinceMs: moment(fields.since_at, 'since_at') };
}

export function comment(value: Raw<Wire['CommentFields']>): Comment {
  const fields = object(value, 'comment');
  return {
    id: text(fields.id, 'comment_id'),
    postId: text(fields.post, 'post'),
    parentId: optional(fields.parent, (id) => text(id, 'parent')),
    depth: whole(fields.depth, 'depth'),
    author: optional(fields.author, owner),
    gone: flag(fields.gone, 'gone'),
    text: text(fields.text ?? '', 'text'),
    standing: standing(fields.standing),
    replies: whole(fields.replies ?? 0, 'replies'),
    reactions: reactions(fields.reactions),
    reaction: reactionKind(fields.reaction),
    mutedWord: optional(fields.muted, mutedWord),
    version: whole(fields.version, 'version'),
    createdMs: moment(fields.written_at, 'written_at'),
    editedMs: momentIf(fields.edited_at, 'edited_at'),
  };
}

export function tag(value: Raw<Wire['TagBody']>): FeedTag {
  const fields = object(value, 'tag');
  return { name: text(fields.name, 'tag_name'), posts: optional(fields.posts, (count) => whole(count, 'posts')) };
}

export function reacted(value: Raw<Wire['OwnerBody'] & { kind?: string | null }>): Reacted {
  return { ...owner(value), kind: reactionKind(object(value, 'reacted').kind) };
}
