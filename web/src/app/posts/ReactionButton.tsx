/** One's reaction: a press gives or takes it, a long press or the arrow beside it offers the others. */
import { useEffect, useRef, useState } from 'react';
import { reactionKinds, type ReactionKind, type Reactions } from '../api/posts';
import { useLocale } from '../i18n';
import { classes } from '../ui/controls';
import { Icon } from '../ui/Icon';
import { reactionCount, signs, topKinds } from './reactions';
import styles from './posts.module.css';
import { usePostWords } from './words';

const longPressMs = 420;
const signsMost = 3;

interface ReactionButtonProps {
  reactions: Reactions;
  reaction: ReactionKind | null;
  react(kind: ReactionKind | null): void;
  small?: boolean;
}

export function ReactionButton({ reactions, reaction, react, small = false }: ReactionButtonProps) {
  const { acts: words } = usePostWords();
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasLong = useRef(false);
  const count = reactionCount(reactions);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const abort = new AbortController();
    const { signal } = abort;
    const outside = ({ target }: Event): void => {
      if (target instanceof Node && !host.current?.contains(target)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', outside, { signal });
    document.addEventListener('focusin', outside, { signal });
    return () => abort.abort();
  }, [open]);
  const choose = (kind: ReactionKind): void => {
    setOpen(false);
    host.current?.querySelector('button')?.focus({ preventScroll: true });
    react(kind === reaction ? null : kind);
  };
  const label = reaction === null ? words.react : words.mine(words.kinds[reaction]);
  return (
    <div
      ref={host}
      className={classes(styles.reacting, small && styles.small)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          setOpen(false);
          host.current?.querySelector('button')?.focus();
        }
      }}
      role="presentation"
    >
      <button
        type="button"
        className={classes(styles.act, reaction !== null && styles.done)}
        aria-label={count === 0 ? label : `${label}, ${words.reactions(count)}`}
        aria-pressed={reaction !== null}
        title={label}
        data-testid="react"
        data-reaction={reaction ?? ''}
        onPointerDown={() => {
          wasLong.current = false;
          timer.current = setTimeout(() => {
            wasLong.current = true;
            setOpen(true);
          }, longPressMs);
        }}
        onPointerUp={() => clearTimeout(timer.current)}
        onPointerLeave={() => clearTimeout(timer.current)}
        onContextMenu={(event) => {
          event.preventDefault();
          setOpen(true);
        }}
        onClick={() => {
          if (!wasLong.current) {
            react(reaction === null ? 'heart' : null);
          }
          wasLong.current = false;
        }}
      >
        {reaction === null ? <Icon name="heart" size={20} /> : <span className={styles.sign} aria-hidden="true">{signs[reaction]}</span>}
        {count > 0 && (
          <span className={styles.number} data-testid="reaction-count">
            {count.toLocaleString(locale)}
          </span>
        )}
        {!small && count > 0 && (
          <span className={styles.signs} aria-hidden="true">
            {topKinds(reactions, signsMost).map((kind) => (
              <span key={kind}>{signs[kind]}</span>
            ))}
          </span>
        )}
      </button>
      <button type="button" className={styles.others} aria-label={words.others} title={words.others} aria-expanded={open} data-testid="react-others" onClick={() => setOpen(!open)}>
        <Icon name="chevronUp" size={16} />
      </button>
      {open && (
        <div className={styles.palette} role="group" aria-label={words.others}>
          {reactionKinds.map((kind) => (
            <button key={kind} type="button" className={classes(reaction === kind && styles.chosen)} aria-label={words.kinds[kind]} aria-pressed={reaction === kind} title={words.kinds[kind]} data-kind={kind} onClick={() => choose(kind)}>
              {signs[kind]}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
