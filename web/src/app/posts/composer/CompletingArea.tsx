/** A text in which tags and handles are completed while one writes. */
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject, type TextareaHTMLAttributes } from 'react';
import { searchPeople } from '../../api/people';
import { searchTags } from '../../api/posting';
import { classes, fieldClass } from '../../ui/controls';
import { Portrait } from '../../ui/Portrait';
import { beginningAt, completed, type Beginning } from '../completion';
import { usePostWords } from '../words';
import styles from './composer.module.css';

interface Suggestion {
  readonly id: string;
  /** What is written. */
  readonly word: string;
  readonly label: string;
  readonly lead: string;
  readonly look: readonly number[] | null;
}

interface CompletingAreaProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange'> {
  label: string;
  value: string;
  write(text: string): void;
  /** Ctrl and Enter, or the command key. */
  send?(): void;
  area?: RefObject<HTMLTextAreaElement | null>;
  /** One came here to write. */
  focus?: boolean;
}

const suggestedMost = 6;
/** How many pages of tags are looked through for them. */
const tagPagesMost = 3;
/** From the last key to the question. */
const restsMs = 160;

export function CompletingArea({ label, value, write, send, area, focus = false, className, ...rest }: CompletingAreaProps) {
  const { composer: words } = usePostWords();
  const id = useId();
  const own = useRef<HTMLTextAreaElement>(null);
  const field = area ?? own;
  const [beginning, setBeginning] = useState<Beginning | null>(null);
  const [chosen, setChosen] = useState(0);
  const caret = useRef<number | null>(null);
  const found = useSuggestions(beginning);
  const open = beginning !== null && found.length > 0;
  const look = (): void => {
    const { current } = field;
    const at = current && current.selectionStart === current.selectionEnd ? beginningAt(current.value, current.selectionEnd) : null;
    setBeginning((before) => (before && at && before.kind === at.kind && before.query === at.query && before.from === at.from ? before : at));
    setChosen(0);
  };
  useLayoutEffect(() => {
    if (caret.current !== null) {
      field.current?.setSelectionRange(caret.current, caret.current);
      caret.current = null;
    }
  });
  useEffect(() => {
    if (focus) {
      field.current?.focus();
    }
  }, [field, focus]);
  const take = (suggestion: Suggestion): void => {
    const { current } = field;
    const now = current && beginningAt(current.value, current.selectionEnd);
    if (now) {
      const { text, caret: to } = completed(current.value, now, suggestion.word);
      caret.current = to;
      write(text);
      current.focus();
    }
    setBeginning(null);
  };
  const byKey = (event: KeyboardEvent): void => {
    // a syllable that is being composed keeps its keys
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send?.();
      return;
    }
    if (!open) {
      return;
    }
    const suggestion = found[chosen];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setChosen((chosen + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && suggestion) {
      event.preventDefault();
      take(suggestion);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      setBeginning(null);
    }
  };
  return (
    <div className={styles.completing}>
      <textarea
        ref={field}
        className={classes(fieldClass, styles.area, className)}
        value={value}
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls={open ? `${id}-list` : undefined}
        aria-activedescendant={open ? `${id}-${chosen}` : undefined}
        {...rest}
        onChange={(event) => {
          write(event.target.value);
          look();
        }}
        onKeyDown={byKey}
        onKeyUp={({ key }) => key.startsWith('Arrow') && !open && look()}
        onClick={look}
        onBlur={() => setBeginning(null)}
      />
      {open && (
        <div id={`${id}-list`} className={styles.suggestions} role="listbox" aria-label={words.completing} data-testid="suggestions">
          {found.map((suggestion, at) => (
            // the field keeps the focus, and with it the keys
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={suggestion.id}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === chosen}
              tabIndex={-1}
              className={classes(styles.suggestion, at === chosen && styles.suggested)}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(suggestion)}
            >
              {suggestion.look && <Portrait look={suggestion.look} size={30} />}
              <b>{suggestion.label}</b>
              <span>{suggestion.lead}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** What a beginning may become; the last answer stays until there is a new one. */
function useSuggestions(beginning: Beginning | null): readonly Suggestion[] {
  const { composer: words } = usePostWords();
  const [held, hold] = useState<{ kind: string; found: readonly Suggestion[] }>({ kind: '', found: [] });
  const kind = beginning?.kind ?? '';
  const query = beginning?.query ?? '';
  useEffect(() => {
    if (query === '') {
      return undefined;
    }
    const abort = new AbortController();
    const wish = { cursor: null, limit: suggestedMost, signal: abort.signal };
    const ask = async (): Promise<readonly Suggestion[]> => {
      if (kind === 'tag') {
        let { entries, nextCursor: next } = await searchTags(query, wish);
        // a page may be empty and yet have a next, where many posts are not for oneself
        for (let page = 1; entries.length === 0 && next !== null && page < tagPagesMost; page += 1) {
          ({ entries, nextCursor: next } = await searchTags(query, { ...wish, cursor: next }));
        }
        return entries.map(({ name, posts }) => ({ id: name, word: name, label: `#${name}`, lead: posts === null ? '' : words.tagPosts(posts), look: null }));
      }
      const { entries } = await searchPeople(query, wish);
      return entries.map(({ id, handle, displayName, look }) => ({ id, word: handle, label: displayName, lead: `@${handle}`, look }));
    };
    const timer = setTimeout(() => {
      ask().then(
        (found) => abort.signal.aborted || hold({ kind, found }),
        // without suggestions one writes it out
        () => undefined,
      );
    }, restsMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [kind, query, words]);
  return query !== '' && held.kind === kind ? held.found : [];
}
