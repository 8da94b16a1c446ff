/** Where one writes a post. */
import { useId, useRef, useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { ApiProblem, fetchRoom } from '../../api';
import { fetchEditedRooms, fetchRoomsToHang } from '../../api/posting';
import { audiences, type Post, type Quoted } from '../../api/posts';
import { charsOf } from '../../social/text';
import { useActing } from '../../social/useActing';
import { useResource } from '../../state/resource';
import { useToasts } from '../../state/toasts';
import { Button, classes, fieldClass, IconButton } from '../../ui/controls';
import { Field, faultClass, labelClass, smallClass, Switch } from '../../ui/form';
import { Icon } from '../../ui/Icon';
import { pastedFiles, useDrop } from '../../ui/useDrop';
import { useWhen } from '../../when';
import { localMoment, pictureTypes, picturesMax, tagsMax, tagsOver, textCharsMax, warningCharsMax } from '../limits';
import { Quote } from '../PostCard';
import { usePostProblem } from '../usePostProblem';
import { usePostWords } from '../words';
import { CompletingArea } from './CompletingArea';
import styles from './composer.module.css';
import { outcomeOf, type Outcome } from './outcome';
import { PictureTray } from './PictureTray';
import { useComposer, type Composing, type Start } from './useComposer';

interface ComposerProps {
  start: Start;
  /** What it quotes, to be seen. */
  quote?: Quoted | null;
  /** It is out, put off, or saved. */
  done(post: Post, outcome: Outcome): void;
  /** It is not to be written any more. */
  left?(): void;
  focus?: boolean;
}

/** When the count of what is left is shown. */
const leftShown = 200;
const hourMs = 3_600_000;

export function Composer({ start, quote = null, done, left, focus = false }: ComposerProps) {
  const { composer: words } = usePostWords();
  const problem = usePostProblem();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const [, go] = useLocation();
  const composing = useComposer(start, (kept) => {
    if (kept) {
      show('info', words.keptAsDraft, { label: words.drafts, run: () => go('/drafts') });
    } else {
      show('bad', words.notKept);
    }
  });
  const { busy, fault, act, clear } = useActing(false, problem);
  const [refused, setRefused] = useState(false);
  const [tried, setTried] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const { isOut, uploads, text, publishMs } = composing;
  const state = isOut || publishMs === null ? 'published' : 'scheduled';
  const wrong = composing.faultFor(state);
  const over = tagsOver(text);

  const send = (as: 'published' | 'scheduled' | 'draft'): void => {
    if (as !== 'draft') {
      setTried(true);
    }
    if (composing.faultFor(as) !== null) {
      return;
    }
    setRefused(false);
    act(
      () => composing.send(as),
      (post) => {
        const outcome = outcomeOf({ text, warning: composing.warning ?? '' }, post, isOut);
        const said = { published: words.published, scheduled: words.scheduledFor(when(post.publishMs ?? 0)), saved: as === 'draft' ? words.draftSaved : words.saved, held: words.held, masked: words.masked }[outcome];
        show(outcome === 'held' || outcome === 'masked' ? 'info' : 'good', said);
        if (as !== 'draft') {
          done(post, outcome);
        }
      },
      (error) => {
        const isRefused = error instanceof ApiProblem && error.code === 'content_refused';
        setRefused(isRefused);
        if (isRefused) {
          area.current?.focus();
        }
        return isRefused;
      },
    );
  };
  const add = (files: readonly File[]): void => {
    const kept = uploads.add(files);
    if (kept !== null) {
      show('bad', kept === 'too_many' ? words.tooMany(picturesMax) : words.pictureFaults[kept]);
    }
  };
  const { over: held, ways } = useDrop(add);
  return (
    <form
      className={classes(styles.composer, held && styles.dropping)}
      data-testid="composer"
      {...ways}
      onPaste={(event) => {
        const files = pastedFiles(event.clipboardData);
        if (files.length > 0) {
          event.preventDefault();
          add(files);
        }
      }}
      data-draft={composing.draft}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (!busy) {
          send(state);
        }
      }}
    >
      <CompletingArea
        area={area}
        label={words.label}
        value={text}
        write={(written) => {
          clear();
          composing.touch({ text: written });
        }}
        send={() => send(state)}
        placeholder={words.placeholder}
        rows={4}
        aria-invalid={tried && wrong !== null}
        focus={focus}
        data-testid="composer-text"
      />
      {held && (
        <p className={styles.dropHere} aria-hidden="true">
          <Icon name="picture" size={26} />
          {words.dropHere}
        </p>
      )}
      <Left text={text} />
      {over > 0 && <p className={smallClass}>{words.tagsOver(tagsMax)}</p>}
      {composing.warning !== null && (
        <Field label={words.warning} value={composing.warning} count={[charsOf(composing.warning), warningCharsMax]} data-testid="warning" onChange={(event) => composing.touch({ warning: event.target.value })} />
      )}
      <PictureTray uploads={uploads} />
      {uploads.slots.length > 0 && <Switch name="sensitive" label={words.sensitive} lead={words.sensitiveLead} on={composing.sensitive} turn={(sensitive) => composing.touch({ sensitive })} />}
      {quote && <Quote quote={quote} />}
      <Options composing={composing} add={add} />
      {publishMs !== null && !isOut && <Later composing={composing} />}
      {refused && (
        <div className={styles.refused} role="alert" data-testid="refused">
          <b>{words.refusedTitle}</b>
          <p>{words.refused}</p>
        </div>
      )}
      {tried && wrong !== null && (
        <p className={faultClass} role="alert" data-testid="composer-fault">
          {words.faults[wrong]}
        </p>
      )}
      {fault !== null && (
        <p className={faultClass} role="alert">
          {fault}
        </p>
      )}
      <div className={styles.foot}>
        <DraftNote composing={composing} />
        <span className={styles.footActs}>
          {left && (
            <Button variant="quiet" busy={busy} data-testid="discard" onClick={() => act(composing.discard, left)}>
              {words.discard}
            </Button>
          )}
          {!isOut && (
            <Button busy={busy} disabled={text.trim() === '' && uploads.slots.length === 0} data-testid="save-draft" onClick={() => send('draft')}>
              {words.saveDraft}
            </Button>
          )}
          <Button variant="primary" type="submit" icon={publishMs === null || isOut ? 'send' : 'clock'} busy={busy} disabled={wrong === 'empty'} data-testid="publish">
            {isOut ? words.save : publishMs === null ? words.publish : words.schedule}
          </Button>
        </span>
      </div>
    </form>
  );
}

function Left({ text }: { text: string }) {
  const { composer: words } = usePostWords();
  const left = textCharsMax - charsOf(text);
  return (
    <p className={classes(styles.left, left < 0 && styles.over)} role="status" data-testid="left">
      {left < 0 ? words.over(-left) : left <= leftShown && words.left(left)}
    </p>
  );
}

function DraftNote({ composing: { draft } }: { composing: Composing }) {
  const { composer: words } = usePostWords();
  return (
    <span className={styles.draft} role="status">
      {draft === 'saving' && words.draftSaving}
      {draft === 'failed' && words.draftFailed}
      {draft === 'saved' && (
        <>
          {words.draftSaved} <Link href="/drafts">{words.drafts}</Link>
        </>
      )}
    </span>
  );
}

function Options({ composing, add }: { composing: Composing; add(files: readonly File[]): void }) {
  const { composer: words, post } = usePostWords();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { isOut, uploads } = composing;
  return (
    <div className={styles.options}>
      <IconButton icon="picture" label={words.addPictures} disabled={uploads.slots.length >= picturesMax} data-testid="add-pictures" onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        accept={pictureTypes.join(',')}
        multiple
        tabIndex={-1}
        aria-label={words.addPictures}
        data-testid="picture-files"
        onChange={(event) => {
          add([...(event.target.files ?? [])]);
          // the same file may be chosen again
          event.target.value = '';
        }}
      />
      <IconButton icon="eyeOff" label={words.addWarning} aria-pressed={composing.warning !== null} data-testid="add-warning" onClick={() => composing.touch({ warning: composing.warning === null ? '' : null })} />
      {!isOut && (
        <IconButton
          icon="clock"
          label={composing.publishMs === null ? words.putOff : words.now}
          aria-pressed={composing.publishMs !== null}
          data-testid="put-off"
          onClick={() => composing.touch({ publishMs: composing.publishMs === null ? Math.ceil(Date.now() / hourMs + 1) * hourMs : null })}
        />
      )}
      <label className={styles.select} htmlFor={`${id}-audience`}>
        <span className="visually-hidden">{words.audience}</span>
        <Icon name={composing.audience === 'public' ? 'globe' : composing.audience === 'followers' ? 'people' : composing.audience === 'ties' ? 'heart' : 'lock'} size={18} />
        <select id={`${id}-audience`} value={composing.audience} data-testid="audience" onChange={({ target }) => composing.touch({ audience: audiences.find((each) => each === target.value) ?? 'private' })}>
          {audiences.map((each) => (
            <option key={each} value={each}>
              {post.audience[each]}
            </option>
          ))}
        </select>
      </label>
      {!isOut && <RoomChoice composing={composing} />}
    </div>
  );
}

function RoomChoice({ composing }: { composing: Composing }) {
  const { composer: words } = usePostWords();
  const id = useId();
  // where one came from may be in neither list by now
  const [from] = useState(composing.roomId);
  const [rooms] = useResource('rooms to hang', fetchRoomsToHang);
  const [edited] = useResource('edited rooms', fetchEditedRooms);
  const [other] = useResource(`room ${from ?? ''}`, async (signal) => (from === null ? null : fetchRoom(from, signal)));
  const own = rooms.status === 'ready' ? rooms.value : [];
  const others = edited.status === 'ready' ? edited.value : [];
  const isListed = [...own, ...others].some((room) => room.id === from);
  return (
    <label className={styles.select} htmlFor={id}>
      <span className="visually-hidden">{words.room}</span>
      <Icon name="door" size={18} />
      <select id={id} value={composing.roomId ?? ''} data-testid="room" onChange={({ target }) => composing.touch({ roomId: target.value === '' ? null : target.value })}>
        <option value="">{words.noRoom}</option>
        {from !== null && !isListed && <option value={from}>{other.status === 'ready' && other.value ? words.roomOf(other.value.name, other.value.owner.displayName) : words.room}</option>}
        {own.map((room) => (
          <option key={room.id} value={room.id}>
            {room.name}
          </option>
        ))}
        {others.length > 0 && (
          <optgroup label={words.edited}>
            {others.map((room) => (
              <option key={room.id} value={room.id}>
                {words.roomOf(room.name, room.owner)}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

function Later({ composing }: { composing: Composing }) {
  const { composer: words } = usePostWords();
  const id = useId();
  const [began] = useState(() => Date.now());
  return (
    <div className={styles.later}>
      <label className={labelClass} htmlFor={id}>
        {words.when}
      </label>
      <input
        id={id}
        type="datetime-local"
        className={fieldClass}
        value={composing.publishMs === null || Number.isNaN(composing.publishMs) ? '' : localMoment(composing.publishMs)}
        min={localMoment(began)}
        data-testid="publish-at"
        onChange={({ target }) => composing.touch({ publishMs: target.value === '' ? Number.NaN : new Date(target.value).getTime() })}
      />
      <Button variant="quiet" onClick={() => composing.touch({ publishMs: null })}>
        {words.now}
      </Button>
    </div>
  );
}
