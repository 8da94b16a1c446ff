/** What moderators, or the filter before them, have done about something one wrote. */
import type { Standing } from '../api/standing';
import { Icon } from '../ui/Icon';
import styles from './moderation.module.css';
import { useModerationWords } from './words';

/** Nothing about what is simply shown. */
export function StandingNote({ standing }: { standing: Standing }) {
  const { standing: words } = useModerationWords();
  if (standing === 'shown') {
    return null;
  }
  return (
    <p className={styles.standing} data-testid="standing" data-standing={standing}>
      <Icon name={standing === 'held' ? 'history' : 'eyeOff'} size={16} />
      {words[standing]}
    </p>
  );
}
