/** Who waits for an answer of mine. */
import { useState } from 'react';
import { answerRequest, fetchFollowRequests, fetchTieRequests, take, type AskingEntry, type Entry } from '../../app/api/people';
import { PersonRow } from '../../app/social/PersonRow';
import { TieDialog } from '../../app/social/TieDialog';
import { useActing } from '../../app/social/useActing';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { useNotices } from '../../app/state/notices';
import { usePages } from '../../app/state/pages';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { PagedList } from '../../app/ui/PagedList';
import social from '../../app/social/social.module.css';

export function OwnRequests() {
  const { profile: words } = useSocialWords();
  const problem = useProblemText();
  const news = useNotices((state) => state.news);
  const follows = usePages('follow-requests', (cursor, signal) => fetchFollowRequests({ cursor, signal }), ({ id }) => id, news);
  const ties = usePages('tie-requests', (cursor, signal) => fetchTieRequests({ cursor, signal }), ({ id }) => id, news);
  const noTies = ties.status === 'ready' && ties.entries.length === 0;
  const noFollows = follows.status === 'ready' && follows.entries.length === 0;
  return (
    <>
      {!noTies && (
        <PagedList list={ties} label={words.ties} empty={words.noRequests} problem={problem}>
          {(person) => <Asking key={person.id} person={person} gone={() => ties.edit((entries) => entries.filter(({ id }) => id !== person.id))} />}
        </PagedList>
      )}
      {!(noFollows && !noTies) && (
        <PagedList list={follows} label={words.requests} empty={words.noRequests} problem={problem}>
          {(person) => <Following key={person.id} person={person} gone={() => follows.edit((entries) => entries.filter(({ id }) => id !== person.id))} />}
        </PagedList>
      )}
    </>
  );
}

function Following({ person, gone }: { person: Entry; gone(): void }) {
  const { relation: words } = useSocialWords();
  const show = useToasts((state) => state.show);
  const { busy, act } = useActing(true);
  const name = person.displayName;
  const answer = (yes: boolean): void =>
    act(() => answerRequest(person.handle, yes), () => {
      show('good', yes ? words.approved(name) : words.declined(name));
      gone();
    });
  return (
    <PersonRow person={person} note={words.asksToFollow(name)}>
      <Button className={social.smallButton} busy={busy} aria-label={words.declineLabel(name)} onClick={() => answer(false)}>
        {words.decline}
      </Button>
      <Button variant="primary" className={social.smallButton} busy={busy} aria-label={words.approveLabel(name)} onClick={() => answer(true)}>
        {words.approve}
      </Button>
    </PersonRow>
  );
}

function Asking({ person, gone }: { person: AskingEntry; gone(): void }) {
  const { relation: words, tie } = useSocialWords();
  const { busy, act } = useActing(true);
  const [consenting, setConsenting] = useState(false);
  const name = person.displayName;
  return (
    <PersonRow person={person} note={tie.asksAs(name, person.nicknameTheirs)}>
      <Button className={social.smallButton} busy={busy} aria-label={tie.declineLabel(name)} onClick={() => act(() => take(person.handle, 'tie'), gone)}>
        {words.decline}
      </Button>
      <Button variant="primary" className={social.smallButton} busy={busy} aria-label={tie.consentLabel(name)} onClick={() => setConsenting(true)}>
        {tie.consent}
      </Button>
      {consenting && <TieDialog handle={person.handle} name={name} asked done={gone} close={() => setConsenting(false)} />}
    </PersonRow>
  );
}
