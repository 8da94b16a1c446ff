/** Who is writing just now, under the chat. Not read out: it would come between the lines that are said. */
import { useRoomWords } from '../words';
import styles from './ChatLog.module.css';
import { typingText } from './typingText';

export function TypingLine({ names }: { names: readonly string[] }) {
  const { typing } = useRoomWords();
  return (
    <p className={styles.typing} data-testid="typing">
      {typingText(typing, names)}
    </p>
  );
}
