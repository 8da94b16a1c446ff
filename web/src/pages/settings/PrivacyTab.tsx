/** Who sees what, and whom one does not want to see or hear of. */
import { fetchSettings, shownTo, visibilities, type Settings, type Versioned } from '../../app/api/account';
import { fetchBlocks, fetchMutes, take } from '../../app/api/people';
import { PersonRow } from '../../app/social/PersonRow';
import social from '../../app/social/social.module.css';
import { useActing } from '../../app/social/useActing';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { usePages } from '../../app/state/pages';
import { useResource } from '../../app/state/resource';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { OneOf, Switch } from '../../app/ui/form';
import { PagedList } from '../../app/ui/PagedList';
import { OwnVisits } from '../../app/visits/OwnVisits';
import { useVisitWords } from '../../app/visits/words';
import { useWhen } from '../../app/when';
import { Loaded } from './Loaded';
import { MutedWords } from './MutedWords';
import { SaveBar } from './SaveBar';
import { Section } from './Section';
import { useSettingsDraft } from './useSettingsDraft';
import { useSettingsWords } from './words';

export function PrivacyTab() {
  const [settings, again] = useResource('settings', fetchSettings);
  return (
    <>
      <Loaded resource={settings} again={again}>
        {(first) => <Form first={first} />}
      </Loaded>
      <Blocks />
      <Mutes />
      <MutedWords />
      <Visits />
    </>
  );
}

function Form({ first }: { first: Versioned<Settings> }) {
  const { privacy: words } = useSettingsWords();
  const visits = useVisitWords();
  const draft = useSettingsDraft('privacy', first);
  const { values, touch } = draft;
  const options = shownTo.map((id) => ({ id, label: words[id] }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        draft.save();
      }}
    >
      <Section title={words.title}>
        <Switch name="private" label={words.accountPrivate} lead={words.accountPrivateLead} on={values.accountPrivate} turn={(accountPrivate) => touch({ accountPrivate })} />
        <OneOf label={words.roomDefault} options={visibilities.map((id) => ({ id, label: words[id] }))} chosen={values.roomDefault} choose={(roomDefault) => touch({ roomDefault })} />
        <OneOf label={words.presence} options={options} chosen={values.showPresence} choose={(showPresence) => touch({ showPresence })} />
        <OneOf label={words.visits} lead={visits.showLead} options={options} chosen={values.showVisits} choose={(showVisits) => touch({ showVisits })} />
      </Section>
      <SaveBar draft={draft} />
    </form>
  );
}

function Visits() {
  const words = useVisitWords();
  return (
    <Section title={words.own} lead={words.ownLead} testId="own-visits">
      <OwnVisits />
    </Section>
  );
}

function Blocks() {
  const { privacy: words } = useSettingsWords();
  const { block } = useSocialWords();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const { busy, act } = useActing(true);
  const list = usePages('blocks', (cursor, signal) => fetchBlocks({ cursor, signal }), ({ id }) => id);
  return (
    <Section title={words.blocks} lead={words.blocksLead} testId="blocks">
      <PagedList list={list} label={words.blocks} empty={words.noBlocks} problem={problem}>
        {(person) => (
          <PersonRow key={person.id} person={person} note="">
            <Button
              className={social.smallButton}
              busy={busy}
              aria-label={block.unblockLabel(person.displayName)}
              onClick={() =>
                act(() => take(person.handle, 'block'), () => {
                  show('good', block.unblocked(person.displayName));
                  list.edit((entries) => entries.filter(({ id }) => id !== person.id));
                })
              }
            >
              {block.unblock}
            </Button>
          </PersonRow>
        )}
      </PagedList>
    </Section>
  );
}

function Mutes() {
  const { privacy: words } = useSettingsWords();
  const { mute } = useSocialWords();
  const problem = useProblemText();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const { busy, act } = useActing(true);
  const list = usePages('mutes', (cursor, signal) => fetchMutes({ cursor, signal }), ({ id }) => id);
  return (
    <Section title={words.mutes} lead={words.mutesLead} testId="mutes">
      <PagedList list={list} label={words.mutes} empty={words.noMutes} problem={problem}>
        {(person) => (
          <PersonRow key={person.id} person={person} note={person.untilMs === null ? mute.untilUnmuted : mute.until(when(person.untilMs))}>
            <Button
              className={social.smallButton}
              busy={busy}
              onClick={() =>
                act(() => take(person.handle, 'mute'), () => {
                  show('good', mute.unmuted(person.displayName));
                  list.edit((entries) => entries.filter(({ id }) => id !== person.id));
                })
              }
            >
              {mute.unmute}
            </Button>
          </PersonRow>
        )}
      </PagedList>
    </Section>
  );
}
