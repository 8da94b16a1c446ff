/** Who somebody in the room is to me: their profile, following, blocking. */
import { Link } from 'wouter';
import { useMessages } from '../../../app/i18n';
import { FollowButton } from '../../../app/social/FollowButton';
import { RelationChoices } from '../../../app/social/RelationChoices';
import { useProblemText } from '../../../app/social/useProblemText';
import { useRelation } from '../../../app/social/useRelation';
import { useSocialWords } from '../../../app/social/words';
import { useMe } from '../../../app/state/me';
import { Button } from '../../../app/ui/controls';
import { choiceClass } from '../../../app/ui/form';
import { Icon } from '../../../app/ui/Icon';
import styles from './manage.module.css';

interface PersonSocialProps {
  id: string;
  handle: string;
  name: string;
  close(): void;
}

export function PersonSocial({ id, handle, name, close }: PersonSocialProps) {
  const { relation: words } = useSocialWords();
  const { common } = useMessages();
  const problem = useProblemText();
  const me = useMe((state) => state.user);
  const relating = useRelation(handle, me?.id ?? null);
  const { relation } = relating;
  return (
    <div className={styles.social}>
      <Link href={`/u/${handle}`} className={choiceClass} data-testid="open-profile">
        <Icon name="person" />
        <b>{words.openProfile}</b>
      </Link>
      {relating.error !== null && (
        <div className={styles.empty} role="alert">
          <p>{problem(relating.error)}</p>
          <Button onClick={relating.again}>{common.retry}</Button>
        </div>
      )}
      {relation && (
        <>
          <div className={styles.followRow}>
            <FollowButton handle={handle} name={name} relation={relation} relating={relating} wide />
          </div>
          <RelationChoices id={id} handle={handle} name={name} relation={relation} relating={relating} all={false} openTie={() => undefined} close={close} />
        </>
      )}
    </div>
  );
}
