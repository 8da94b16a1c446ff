/** What this person asks of me, where it cannot be missed. */
import { useState } from 'react';
import { answerRequest, fetchRelation, take, type Profile, type Relation } from '../../app/api/people';
import { TieDialog } from '../../app/social/TieDialog';
import type { Relating } from '../../app/social/useRelation';
import { useSocialWords } from '../../app/social/words';
import { useToasts } from '../../app/state/toasts';
import { Button, cardClass, classes } from '../../app/ui/controls';
import styles from './profile.module.css';

interface RequestsProps {
  profile: Profile;
  relation: Relation;
  relating: Relating;
}

export function Requests({ profile: { handle, displayName: name }, relation, relating: { busy, change } }: RequestsProps) {
  const { relation: words, tie } = useSocialWords();
  const show = useToasts((state) => state.show);
  const [consenting, setConsenting] = useState(false);
  const answer = (yes: boolean): void =>
    change(
      async () => {
        await answerRequest(handle, yes);
        return fetchRelation(handle);
      },
      () => show('good', yes ? words.approved(name) : words.declined(name)),
    );
  return (
    <>
      {relation.requestedBy && (
        <div className={classes(cardClass, styles.request)} data-testid="asks-to-follow">
          <p>{words.asksToFollow(name)}</p>
          <span className={styles.answers}>
            <Button busy={busy} aria-label={words.declineLabel(name)} onClick={() => answer(false)}>
              {words.decline}
            </Button>
            <Button variant="primary" busy={busy} aria-label={words.approveLabel(name)} onClick={() => answer(true)}>
              {words.approve}
            </Button>
          </span>
        </div>
      )}
      {relation.tieAskedBy && (
        <div className={classes(cardClass, styles.request)} data-testid="asks-for-tie">
          <p>{tie.asksYou(name)}</p>
          <span className={styles.answers}>
            <Button busy={busy} aria-label={tie.declineLabel(name)} onClick={() => change(() => take(handle, 'tie'))}>
              {words.decline}
            </Button>
            <Button variant="primary" icon="heart" busy={busy} aria-label={tie.consentLabel(name)} onClick={() => setConsenting(true)}>
              {tie.consent}
            </Button>
          </span>
        </div>
      )}
      {consenting && <TieDialog handle={handle} name={name} asked done={(now) => change(() => Promise.resolve(now))} close={() => setConsenting(false)} />}
    </>
  );
}
