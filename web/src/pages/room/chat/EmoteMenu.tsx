/** The six emotes in a row above the chat bar. */
import { useEffect, useRef } from 'react';
import { useMessages } from '../../../app/i18n';
import styles from './ChatBar.module.css';
import { emotes } from './emotes';

export function EmoteMenu({ pick, close }: { pick(sign: string): void; close(): void }) {
  const { chat } = useMessages();
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    menu.current?.querySelector('button')?.focus();
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !menu.current?.parentElement?.contains(event.target)) {
        close();
      }
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        close();
      }
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('keydown', escape);
    };
  }, [close]);
  return (
    <div ref={menu} className={styles.menu} role="group" aria-label={chat.emotes}>
      {emotes.map(({ key, sign, name }) => (
        <button key={key} type="button" aria-label={chat.emote(chat.emoteNames[name], key)} title={chat.emote(chat.emoteNames[name], key)} onClick={() => pick(sign)}>
          <span aria-hidden="true">{sign}</span>
          <kbd aria-hidden="true">{key}</kbd>
        </button>
      ))}
    </div>
  );
}
