/** The room's lists on request: history, layouts, access. Asking twice is harmless, so lost questions are repeated. */
import type { BanInfo, ClientFrame, Edit, LayoutInfo, MuteInfo, PersonRef, ServerFrame, Topic } from './frames.ts';

/** What a read of each topic gives. */
export interface RoomLists {
  /** The last edits, newest first; for owner and editors. */
  readonly history: readonly Edit[];
  /** The saved layouts, by name; for the owner. */
  readonly layouts: readonly LayoutInfo[];
  /** Who has or lacks which rights here; for the owner. */
  readonly access: AccessLists;
}

export interface AccessLists {
  readonly editors: readonly PersonRef[];
  readonly bans: readonly BanInfo[];
  readonly mutes: readonly MuteInfo[];
}

/** A list could not be read: `forbidden`, `timeout`, or why the room is closed. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly topic: Topic;
  readonly code: string;

  constructor(topic: Topic, code: string) {
    super(`${topic} could not be read: ${code}`);
    this.topic = topic;
    this.code = code;
  }
}

/** From the question to the answer, waits for the connection included. */
const ANSWER_MS_MAX = 10_000;
/** The wait after a refusal that names none. */
const RETRY_MS = 500;

interface Question {
  readonly answer: Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: ReadError): void;
  readonly deadline: ReturnType<typeof setTimeout>;
  asked: boolean;
}

export class Reads {
  readonly #send: (frame: ClientFrame) => boolean;
  /** In the order they were asked. */
  readonly #questions = new Map<Topic, Question>();
  #inside = false;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (frame: ClientFrame) => boolean) {
    this.#send = send;
  }

  /** Rejects with {@link ReadError}. Whoever asks for a topic that is being read shares the answer. */
  read<T extends Topic>(topic: T): Promise<RoomLists[T]> {
    const question = this.#questions.get(topic) ?? this.#open(topic);
    this.#ask();
    return question.answer as Promise<RoomLists[T]>;
  }

  start(): void {
    this.#inside = true;
    this.#ask();
  }

  /** The connection is gone: what it had not answered is asked again on the next. */
  stop(): void {
    this.#inside = false;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    for (const question of this.#questions.values()) question.asked = false;
  }

  /** The room is closed. */
  end(reason: string): void {
    for (const topic of this.#questions.keys()) this.#refuse(topic, reason);
  }

  /** An answer, asked for or not. */
  received(frame: ServerFrame): void {
    if (frame.type === 'history') this.#settle('history', frame.edits);
    else if (frame.type === 'layouts') this.#settle('layouts', frame.layouts);
    else if (frame.type === 'access') {
      const { editors, bans, mutes } = frame;
      this.#settle('access', { editors, bans, mutes });
    }
  }

  /** A frame that was no batch was refused: when a question is open it may have been that one. */
  refused(code: string, retryAfterMs: number | null): void {
    const asked = [...this.#questions].find(([, question]) => question.asked);
    if (!asked) return;
    const [topic, question] = asked;
    if (code === 'forbidden') this.#refuse(topic, code);
    else if (code === 'rate_limited' || code === 'unavailable') {
      question.asked = false;
      this.#retry ??= setTimeout(() => {
        this.#retry = null;
        this.#ask();
      }, retryAfterMs ?? RETRY_MS);
    }
  }

  #open(topic: Topic): Question {
    let resolve!: Question['resolve'];
    let reject!: Question['reject'];
    const answer = new Promise<unknown>((taken, refused) => {
      resolve = taken;
      reject = refused;
    });
    const deadline = setTimeout(() => this.#refuse(topic, 'timeout'), ANSWER_MS_MAX);
    const question: Question = { resolve, reject, answer, deadline, asked: false };
    this.#questions.set(topic, question);
    return question;
  }

  #ask(): void {
    if (!this.#inside || this.#retry !== null) return;
    for (const [topic, question] of this.#questions) {
      if (!question.asked) question.asked = this.#send({ type: 'read', topic });
    }
  }

  #settle(topic: Topic, value: unknown): void {
    this.#close(topic)?.resolve(value);
  }

  #refuse(topic: Topic, code: string): void {
    this.#close(topic)?.reject(new ReadError(topic, code));
  }

  #close(topic: Topic): Question | undefined {
    const question = this.#questions.get(topic);
    this.#questions.delete(topic);
    clearTimeout(question?.deadline);
    return question;
  }
}
