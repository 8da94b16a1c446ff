/** What is said about what people wrote: muted words, reports, decisions, appeals, and the log of them. */
import type { Raw, Wire } from './contract';
import { ask } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { flag, list, moment, object, optional, owner, text, whole, word, type Owner } from './shapes';
import { standing, type Standing } from './standing';

export const contentKinds = ['user', 'room', 'post', 'comment', 'guestbook_entry', 'chat_line', 'asset'] as const;
export type ContentKind = (typeof contentKinds)[number];

export const reportReasons = ['spam', 'abuse', 'hate', 'sexual', 'violence', 'privacy', 'illegal', 'other'] as const;
export type ReportReason = (typeof reportReasons)[number];

export const commentCharsMax = 500;
export const appealCharsMax = 1000;
/** How long after a decision one may appeal. */
export const appealWithinMs = 30 * 24 * 60 * 60 * 1000;
export const suspensionDaysMax = 366;

export const decisionActions = ['dismiss', 'show', 'hide', 'remove', 'warn', 'suspend'] as const;
export type DecisionAction = (typeof decisionActions)[number];

export interface MutedWord {
  readonly id: string;
  readonly word: string;
  /** As it is compared with a text that is folded alike. */
  readonly folded: string;
  /** Null: until it is taken away. */
  readonly untilMs: number | null;
}

export interface OwnReport {
  readonly id: string;
  readonly kind: string;
  readonly reason: string;
  readonly comment: string;
  readonly open: boolean;
  readonly reportedMs: number;
}

export type AppealState = Wire['AppealState'];

/** What was decided about something, as whoever wrote it sees it. */
export interface Decision {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly action: string;
  readonly rule: string;
  /** Of a suspension that ends by itself. */
  readonly untilMs: number | null;
  readonly decidedMs: number;
  readonly appeal: Appeal | null;
}

export interface Appeal {
  readonly text: string;
  readonly state: AppealState;
  readonly appealedMs: number;
}

/** As moderators see it. */
export interface StaffDecision extends Decision {
  /** Null once the case is gone. */
  readonly caseId: string | null;
  readonly note: string;
}

/** What waits for a moderator, or did. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  /** Null: a guest's. */
  readonly author: Owner | null;
  /** What it said when the case was opened. */
  readonly text: string;
  readonly open: boolean;
  /** Whether the filter holds it. */
  readonly held: boolean;
  readonly reports: number;
  readonly openedMs: number;
  readonly closedMs: number | null;
}

export interface CaseReport {
  readonly reporter: Owner;
  readonly reason: string;
  readonly comment: string;
  readonly reportedMs: number;
}

/** The thing as it is now. */
export interface CaseContent {
  readonly text: string;
  /** How many hang in it. */
  readonly pictures: number;
  readonly standing: Standing;
  readonly writtenMs: number;
}

/** A case with all there is to decide by. */
export interface CaseFile {
  readonly case: Case;
  /** Null once it is gone. */
  readonly content: CaseContent | null;
  readonly reports: readonly CaseReport[];
  readonly decisions: readonly StaffDecision[];
  /** Against the author, in other cases. */
  readonly past: readonly StaffDecision[];
}

/** A line of the public log: it names nobody. */
export interface LogLine {
  readonly kind: string;
  readonly action: string;
  readonly rule: string;
  /** As 2026-11-28. */
  readonly day: string;
  readonly appeal: AppealState | null;
}

const appealStates = ['open', 'upheld', 'overturned'] as const satisfies readonly AppealState[];

export function mutedWord(value: Raw<Wire['MutedWordFields']>): MutedWord {
  const fields = object(value, 'muted_word');
  return { id: text(fields.id, 'word_id'), word: text(fields.word, 'word'), folded: text(fields.folded, 'folded'), untilMs: optional(fields.until, (until) => moment(until, 'until')) };
}

export function fetchMutedWords(wish: PageWish): Promise<Page<MutedWord>> {
  return fetchPage('GET /v1/me/muted-words', {}, 'muted_words', mutedWord, wish);
}

export async function muteWord(wished: string, untilMs: number | null): Promise<MutedWord> {
  const until = untilMs === null ? undefined : new Date(untilMs).toISOString();
  const answer = await ask('POST /v1/me/muted-words', { body: { word: wished, until } });
  return mutedWord(object(answer, 'muted').muted_word);
}

export async function unmuteWord(id: string): Promise<void> {
  await ask('DELETE /v1/me/muted-words/{id}', { path: { id } });
}

export interface ReportWish {
  readonly kind: ContentKind;
  readonly id: string;
  readonly reason: ReportReason;
  readonly comment: string;
}

/** Sent again under the same name `once` it is the same report. */
export async function report({ kind, id, reason, comment }: ReportWish, once: string): Promise<void> {
  await ask('POST /v1/reports', { body: { kind, id, reason, ...(comment === '' ? {} : { comment }) } }, { once });
}

export function ownReport(value: Raw<Wire['ReportFields']>): OwnReport {
  const fields = object(value, 'report');
  return {
    id: text(fields.id, 'report_id'),
    kind: text(fields.kind, 'kind'),
    reason: text(fields.reason, 'reason'),
    comment: text(fields.comment ?? '', 'comment'),
    open: isOpen(fields.state),
    reportedMs: moment(fields.reported_at, 'reported_at'),
  };
}

function isOpen(state: Raw<Wire['CaseState']>): boolean {
  return word(state, ['open', 'closed'], 'closed') === 'open';
}

export function fetchOwnReports(wish: PageWish): Promise<Page<OwnReport>> {
  return fetchPage('GET /v1/me/reports', {}, 'reports', ownReport, wish);
}

function appeal(value: Raw<Wire['AppealFields']>): Appeal {
  const fields = object(value, 'appeal');
  return { text: text(fields.text, 'appeal_text'), state: word(fields.state, appealStates, 'open'), appealedMs: moment(fields.appealed_at, 'appealed_at') };
}

export function decision(value: Raw<Wire['DecisionFields']>): Decision {
  const fields = object(value, 'decision');
  return {
    id: text(fields.id, 'decision_id'),
    kind: text(fields.kind, 'kind'),
    subject: text(fields.subject, 'subject'),
    action: text(fields.action, 'action'),
    rule: text(fields.rule, 'rule'),
    untilMs: optional(fields.until, (until) => moment(until, 'until')),
    decidedMs: moment(fields.decided_at, 'decided_at'),
    appeal: optional(fields.appeal, appeal),
  };
}

export function staffDecision(value: Raw<Wire['StaffDecisionFields']>): StaffDecision {
  const fields = object(value, 'decision');
  return { ...decision(value), caseId: optional(fields.case_id, (id) => text(id, 'case_id')), note: text(fields.note ?? '', 'note') };
}

export function caseOf(value: Raw<Wire['CaseFields']>): Case {
  const fields = object(value, 'case');
  return {
    id: text(fields.id, 'case_id'),
    kind: text(fields.kind, 'kind'),
    subject: text(fields.subject, 'subject'),
    author: optional(fields.author, owner),
    text: text(fields.text, 'case_text'),
    open: isOpen(fields.state),
    held: flag(fields.held, 'held'),
    reports: whole(fields.reports, 'reports'),
    openedMs: moment(fields.opened_at, 'opened_at'),
    closedMs: optional(fields.closed_at, (at) => moment(at, 'closed_at')),
  };
}

function caseReport(value: Raw<Wire['CaseReportFields']>): CaseReport {
  const fields = object(value, 'case_report');
  return { reporter: owner(fields.reporter), reason: text(fields.reason, 'reason'), comment: text(fields.comment ?? '', 'comment'), reportedMs: moment(fields.reported_at, 'reported_at') };
}

function content(value: Raw<Wire['ContentFields']>): CaseContent {
  const fields = object(value, 'content');
  return {
    text: text(fields.text, 'content_text'),
    pictures: list(fields.pictures, 'pictures', (id) => text(id, 'picture')).length,
    standing: standing(fields.standing),
    writtenMs: moment(fields.written_at, 'written_at'),
  };
}

export function caseFile(value: Raw<Wire['CaseBody']>): CaseFile {
  const fields = object(value, 'case');
  return {
    case: caseOf(fields.case),
    content: optional(fields.content, content),
    reports: list(fields.reports, 'reports', caseReport),
    decisions: list(fields.decisions, 'decisions', staffDecision),
    past: list(fields.past_decisions, 'past_decisions', staffDecision),
  };
}

export function fetchCases(state: 'open' | 'closed', wish: PageWish): Promise<Page<Case>> {
  return fetchPage('GET /v1/moderation/cases', { query: { state } }, 'cases', caseOf, wish);
}

export async function fetchCase(id: string, signal?: AbortSignal): Promise<CaseFile> {
  return caseFile(await ask('GET /v1/moderation/cases/{id}', { path: { id } }, { signal }));
}

export interface DecisionWish {
  readonly action: DecisionAction;
  readonly rule: ReportReason;
  readonly note: string;
  /** Of a suspension. */
  readonly days: number | null;
}

export async function decide(caseId: string, { action, rule, note, days }: DecisionWish, once: string): Promise<void> {
  const body = { action, rule, ...(note === '' ? {} : { note }), ...(days === null ? {} : { days }) };
  await ask('POST /v1/moderation/cases/{id}/decisions', { path: { id: caseId }, body }, { once });
}

export function fetchOwnDecisions(wish: PageWish): Promise<Page<Decision>> {
  return fetchPage('GET /v1/me/decisions', {}, 'decisions', decision, wish);
}

export async function appealAgainst(decisionId: string, words: string, once: string): Promise<Decision> {
  const answer = await ask('POST /v1/me/decisions/{id}/appeal', { path: { id: decisionId }, body: { text: words } }, { once });
  return decision(object(answer, 'appealed').decision);
}

/** The decisions appealed against, the oldest appeal first. */
export function fetchAppeals(wish: PageWish): Promise<Page<StaffDecision>> {
  return fetchPage('GET /v1/moderation/appeals', {}, 'appeals', staffDecision, wish);
}

export async function judgeAppeal(decisionId: string, outcome: 'uphold' | 'overturn', once: string): Promise<void> {
  await ask('POST /v1/moderation/appeals/{id}/decision', { path: { id: decisionId }, body: { decision: outcome } }, { once });
}

export function logLine(value: Raw<Wire['LogEntryFields']>): LogLine {
  const fields = object(value, 'log_line');
  return {
    kind: text(fields.kind, 'kind'),
    action: text(fields.action, 'action'),
    rule: text(fields.rule, 'rule'),
    day: text(fields.date, 'date'),
    appeal: optional(fields.appeal, (state) => word(state, appealStates, 'open')),
  };
}

export function fetchModerationLog(wish: PageWish): Promise<Page<LogLine>> {
  return fetchPage('GET /v1/moderation/log', {}, 'entries', logLine, wish);
}
