/** What is said about what people wrote: muted words, reports, decisions, appeals, and the log of them. */
import type { Raw, Wire } from './contract';
import { askEarly, fetchEarlyPage } from './early';
import type { Page, PageWish } from './pages';
import { flag, list, moment, object, optional, owner, text, whole, word, type Owner } from './shapes';

/** Whether a thing may be shown. Its author sees it in any of these. */
export const standings = ['shown', 'held', 'hidden', 'removed'] as const;
export type Standing = (typeof standings)[number];

/** Told only of what is not simply shown. */
export function standing(value: Raw<string>): Standing {
  return word(value, standings, 'shown');
}

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

export type AppealState = 'open' | 'upheld' | 'overturned';

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

/** As the service writes it, until the document has it. */
export interface MutedWordWire {
  readonly id: string;
  readonly word: string;
  readonly until: string | null;
}

export interface OwnReportWire {
  readonly id: string;
  readonly kind: string;
  readonly reason: string;
  readonly comment: string;
  readonly state: string;
  readonly reported_at: string;
}

export interface AppealWire {
  readonly text: string;
  readonly state: string;
  readonly appealed_at: string;
}

export interface DecisionWire {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly action: string;
  readonly rule: string;
  readonly until: string | null;
  readonly decided_at: string;
  readonly appeal: AppealWire | null;
}

export interface StaffDecisionWire extends DecisionWire {
  readonly case_id: string | null;
  readonly note: string;
}

export interface CaseWire {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly author: Wire['OwnerBody'] | null;
  readonly text: string;
  readonly state: string;
  readonly held: boolean;
  readonly reports: number;
  readonly opened_at: string;
  readonly closed_at: string | null;
}

interface CaseReportWire {
  readonly reporter: Wire['OwnerBody'];
  readonly reason: string;
  readonly comment: string;
  readonly reported_at: string;
}

interface ContentWire {
  readonly text: string;
  readonly pictures: readonly string[];
  readonly standing: string;
  readonly written_at: string;
}

export interface CaseFileWire {
  readonly case: CaseWire;
  readonly content: ContentWire | null;
  readonly reports: readonly CaseReportWire[];
  readonly decisions: readonly StaffDecisionWire[];
  readonly past_decisions: readonly StaffDecisionWire[];
}

export interface LogLineWire {
  readonly kind: string;
  readonly action: string;
  readonly rule: string;
  readonly date: string;
  readonly appeal: string | null;
}

const appealStates = ['open', 'upheld', 'overturned'] as const satisfies readonly AppealState[];

export function mutedWord(value: Raw<MutedWordWire>): MutedWord {
  const fields = object(value, 'muted_word');
  return { id: text(fields.id, 'word_id'), word: text(fields.word, 'word'), untilMs: optional(fields.until, (until) => moment(until, 'until')) };
}

export function fetchMutedWords(wish: PageWish): Promise<Page<MutedWord>> {
  return fetchEarlyPage('GET /v1/me/muted-words', {}, 'muted_words', mutedWord, wish);
}

export async function muteWord(wished: string, untilMs: number | null): Promise<MutedWord> {
  const until = untilMs === null ? undefined : new Date(untilMs).toISOString();
  const answer = await askEarly<{ muted_word: MutedWordWire }>('POST /v1/me/muted-words', { body: { word: wished, until } });
  return mutedWord(object(answer, 'muted').muted_word);
}

export async function unmuteWord(id: string): Promise<void> {
  await askEarly('DELETE /v1/me/muted-words/{id}', { path: { id } });
}

export interface ReportWish {
  readonly kind: ContentKind;
  readonly id: string;
  readonly reason: ReportReason;
  readonly comment: string;
}

/** Sent again under the same name `once` it is the same report. */
export async function report({ kind, id, reason, comment }: ReportWish, once: string): Promise<void> {
  await askEarly('POST /v1/reports', { body: { kind, id, reason, ...(comment === '' ? {} : { comment }) } }, { once });
}

export function ownReport(value: Raw<OwnReportWire>): OwnReport {
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

function isOpen(state: Raw<string>): boolean {
  return word(state as Raw<string>, ['open', 'closed'], 'closed') === 'open';
}

export function fetchOwnReports(wish: PageWish): Promise<Page<OwnReport>> {
  return fetchEarlyPage('GET /v1/me/reports', {}, 'reports', ownReport, wish);
}

function appeal(value: Raw<AppealWire>): Appeal {
  const fields = object(value, 'appeal');
  return { text: text(fields.text, 'appeal_text'), state: word(fields.state as Raw<string>, appealStates, 'open'), appealedMs: moment(fields.appealed_at, 'appealed_at') };
}

export function decision(value: Raw<DecisionWire>): Decision {
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

export function staffDecision(value: Raw<StaffDecisionWire>): StaffDecision {
  const fields = object(value, 'decision');
  return { ...decision(value), caseId: optional(fields.case_id, (id) => text(id, 'case_id')), note: text(fields.note ?? '', 'note') };
}

export function caseOf(value: Raw<CaseWire>): Case {
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

function caseReport(value: Raw<CaseReportWire>): CaseReport {
  const fields = object(value, 'case_report');
  return { reporter: owner(fields.reporter), reason: text(fields.reason, 'reason'), comment: text(fields.comment ?? '', 'comment'), reportedMs: moment(fields.reported_at, 'reported_at') };
}

function content(value: Raw<ContentWire>): CaseContent {
  const fields = object(value, 'content');
  return {
    text: text(fields.text, 'content_text'),
    pictures: list(fields.pictures, 'pictures', (id) => text(id, 'picture')).length,
    standing: standing(fields.standing as Raw<string>),
    writtenMs: moment(fields.written_at, 'written_at'),
  };
}

export function caseFile(value: Raw<CaseFileWire>): CaseFile {
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
  return fetchEarlyPage('GET /v1/moderation/cases', { query: { state } }, 'cases', caseOf, wish);
}

export async function fetchCase(id: string, signal?: AbortSignal): Promise<CaseFile> {
  return caseFile(await askEarly<CaseFileWire>('GET /v1/moderation/cases/{id}', { path: { id } }, { signal }));
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
  await askEarly('POST /v1/moderation/cases/{id}/decisions', { path: { id: caseId }, body }, { once });
}

export function fetchOwnDecisions(wish: PageWish): Promise<Page<Decision>> {
  return fetchEarlyPage('GET /v1/me/decisions', {}, 'decisions', decision, wish);
}

export async function appealAgainst(decisionId: string, words: string, once: string): Promise<Decision> {
  const answer = await askEarly<{ decision: DecisionWire }>('POST /v1/me/decisions/{id}/appeal', { path: { id: decisionId }, body: { text: words } }, { once });
  return decision(object(answer, 'appealed').decision);
}

/** The decisions appealed against, the oldest appeal first. */
export function fetchAppeals(wish: PageWish): Promise<Page<StaffDecision>> {
  return fetchEarlyPage('GET /v1/moderation/appeals', {}, 'appeals', staffDecision, wish);
}

export async function judgeAppeal(decisionId: string, outcome: 'uphold' | 'overturn', once: string): Promise<void> {
  await askEarly('POST /v1/moderation/appeals/{id}/decision', { path: { id: decisionId }, body: { decision: outcome } }, { once });
}

export function logLine(value: Raw<LogLineWire>): LogLine {
  const fields = object(value, 'log_line');
  return {
    kind: text(fields.kind, 'kind'),
    action: text(fields.action, 'action'),
    rule: text(fields.rule, 'rule'),
    day: text(fields.date, 'date'),
    appeal: optional(fields.appeal, (state: Raw<string>) => word(state as Raw<string>, appealStates, 'open')),
  };
}

export function fetchModerationLog(wish: PageWish): Promise<Page<LogLine>> {
  return fetchEarlyPage('GET /v1/moderation/log', {}, 'entries', logLine, wish);
}
