/** Who one is: the figure, the name, the mood, a few words, links. */
import { changeProfile, fetchOwnProfile, type OwnProfile, type ProfilePatch, type Versioned } from '../../../app/api/account';
import type { ProfileLink } from '../../../app/api/people';
import { nameLengthMax } from '../../../app/state/guest';
import { useMe } from '../../../app/state/me';
import { useResource } from '../../../app/state/resource';
import { charsOf } from '../../../app/social/text';
import { ButtonLink } from '../../../app/ui/controls';
import { Area, Field } from '../../../app/ui/form';
import { Loaded } from '../Loaded';
import { SaveBar } from '../SaveBar';
import { Section } from '../Section';
import { useDraft } from '../useDraft';
import { useSettingsWords } from '../words';
import { AvatarPicture } from './AvatarPicture';
import { AvatarEditor } from './AvatarEditor';
import { LinksEditor } from './LinksEditor';
import { isBegun, linkLabelCharsMax, linksFault } from './links';

const moodCharsMax = 60;
const bioCharsMax = 300;
const bioLinesMax = 10;

/** What of a profile is changed here. */
interface ProfileForm {
  readonly displayName: string;
  readonly mood: string;
  readonly bio: string;
  readonly look: readonly number[];
  readonly links: readonly ProfileLink[];
}

function formOf({ value: { displayName, mood, bio, look, links }, etag }: Versioned<OwnProfile>): Versioned<ProfileForm> {
  return { value: { displayName, mood, bio, look, links }, etag };
}

export function ProfileTab() {
  const [profile, again] = useResource('profile', fetchOwnProfile);
  return (
    <Loaded resource={profile} again={again}>
      {(first) => <Form first={first} />}
    </Loaded>
  );
}

function Form({ first }: { first: Versioned<OwnProfile> }) {
  const { profile: words } = useSettingsWords();
  const load = useMe((state) => state.load);
  const draft = useDraft<ProfileForm>({
    name: 'profile',
    first: formOf(first),
    fetch: async () => formOf(await fetchOwnProfile()),
    send: async (patch: ProfilePatch, etag) => formOf(await changeProfile(patch.links ? { ...patch, links: patch.links.filter(isBegun) } : patch, etag)),
    // the header shows it too
    done: () => void load(),
  });
  const { values, touch } = draft;
  const name = charsOf(values.displayName);
  const nameFault = name === 0 || name > nameLengthMax ? words.nameFault(nameLengthMax) : null;
  const moodFault = charsOf(values.mood) > moodCharsMax ? words.tooLong : null;
  const bioFault = charsOf(values.bio) > bioCharsMax || values.bio.trim().split('\n').length > bioLinesMax ? words.tooLong : null;
  const badLinks = linksFault(values.links.filter(isBegun)) ? words.linkFault(linkLabelCharsMax) : null;
  return (
    <form
      data-testid="profile-form"
      onSubmit={(event) => {
        event.preventDefault();
        draft.save();
      }}
    >
      <Section title={words.look} lead={words.lookLead} act={<ButtonLink href={`/u/${first.value.handle}`} variant="quiet">{words.see}</ButtonLink>}>
        <AvatarEditor look={values.look} choose={(look) => touch({ look })} />
      </Section>
      {/* the picture is another change of the same profile */}
      <AvatarPicture first={first.value.avatar} changed={draft.refresh} />
      <Section title={words.about}>
        <Field label={words.name} value={values.displayName} count={[name, nameLengthMax]} fault={nameFault} data-testid="display-name" onChange={(event) => touch({ displayName: event.target.value })} />
        <Field label={words.mood} hint={words.moodHint} value={values.mood} count={[charsOf(values.mood), moodCharsMax]} fault={moodFault} data-testid="mood" onChange={(event) => touch({ mood: event.target.value })} />
        <Area label={words.bio} hint={words.bioHint(bioLinesMax)} value={values.bio} count={[charsOf(values.bio), bioCharsMax]} fault={bioFault} data-testid="bio" onChange={(event) => touch({ bio: event.target.value })} />
      </Section>
      <LinksEditor links={values.links} change={(links) => touch({ links })} />
      <SaveBar draft={draft} fault={nameFault ?? moodFault ?? bioFault ?? badLinks} />
    </form>
  );
}
