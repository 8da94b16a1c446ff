/** Who somebody is: figure, names, mood, numbers, words, links, and what one can do. */
import { useState } from 'react';
import { Link } from 'wouter';
import { fetchRoom } from '../../app/api';
import { fetchProfile, type Presence, type ShownProfile } from '../../app/api/people';
import { useLocale, useMessages } from '../../app/i18n';
import { FollowButton } from '../../app/social/FollowButton';
import { RelationChoices } from '../../app/social/RelationChoices';
import { TieDialog } from '../../app/social/TieDialog';
import { roomAddress } from '../../app/roomAddress';
import { hostOf, isWebLink } from '../../app/social/text';
import type { Relating } from '../../app/social/useRelation';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { useResource } from '../../app/state/resource';
import { Button, ButtonLink, cardClass, Chip, classes, IconButton } from '../../app/ui/controls';
import { Dialog } from '../../app/ui/Dialog';
import { Icon } from '../../app/ui/Icon';
import { Portrait, WholeFigure } from '../../app/ui/Portrait';
import social from '../../app/social/social.module.css';
import { ProfilePicture } from './ProfilePicture';
import { Familiar } from './Familiar';
import styles from './profile.module.css';

interface ProfileCardProps {
  profile: ShownProfile;
  own: boolean;
  signedIn: boolean;
  relating: Relating;
}

export function ProfileCard({ profile, own, signedIn, relating }: ProfileCardProps) {
  const words = useSocialWords();
  const { relation } = relating;
  return (
    <section className={classes(cardClass, styles.card)} aria-label={words.profile.of(profile.displayName)} data-testid="profile">
      <div className={styles.stage}>
        {profile.mood !== '' && <p className={styles.mood}>{profile.mood}</p>}
        <WholeFigure look={profile.look} height={210} />
        {profile.avatar && <ProfilePicture picture={profile.avatar} name={profile.displayName} />}
      </div>
      <div className={styles.about}>
        <h1>{profile.displayName}</h1>
        <p className={styles.handle}>@{profile.handle}</p>
        {relation && (relation.followedBy || relation.tie) && (
          <p className={styles.chips}>
            {relation.tie && (
              <Chip tone="good">
                <Icon name="heart" size={14} />
                {words.tie.chip} · {relation.tie.nicknameMine}
              </Chip>
            )}
            {relation.followedBy && <Chip>{words.relation.followsYou}</Chip>}
          </p>
        )}
        <Numbers profile={profile} version={relating.version} />
        {profile.presence && !own && <Whereabouts presence={profile.presence} />}
        <Acts profile={profile} own={own} signedIn={signedIn} relating={relating} />
        {profile.bio !== '' && <p className={styles.bio}>{profile.bio}</p>}
        {profile.links.length > 0 && (
          <ul className={styles.links} aria-label={words.profile.links}>
            {profile.links.filter(({ url }) => isWebLink(url)).map(({ label, url }) => (
              <li key={`${label} ${url}`}>
                <a href={url} target="_blank" rel="noopener nofollow ugc" title={words.profile.leadsTo(hostOf(url))}>
                  <Icon name="link" size={18} />
                  <span>
                    <b>{label}</b> <span className={social.small}>{hostOf(url)}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        )}
        {relation && <Familiar handle={profile.handle} />}
      </div>
    </section>
  );
}

/** A private account tells its numbers to followers alone: then there are none. They follow what the viewer does. */
function Numbers({ profile, version }: { profile: ShownProfile; version: number }) {
  const { profile: words } = useSocialWords();
  const locale = useLocale();
  const { handle } = profile;
  const [again] = useResource(`${handle} ${version}`, async (signal) => (version === 0 ? profile : fetchProfile(handle, signal)));
  const counts = again.status === 'ready' ? again.value.counts : profile.counts;
  return (
    <p className={styles.numbers}>
      {(['followers', 'following'] as const).map((each) => (
        <Link key={each} href={`/u/${handle}?show=${each}`} replace>
          <b data-testid={`count-${each}`}>{counts?.[each].toLocaleString(locale) ?? '–'}</b> {words[each]}
        </Link>
      ))}
      <span>
        <b data-testid="count-ties">{counts?.ties.toLocaleString(locale) ?? '–'}</b> {words.ties}
      </span>
    </p>
  );
}

/** Where they are now, and the way there. */
function Whereabouts({ presence }: { presence: Presence }) {
  const { profile: words } = useSocialWords();
  const [room] = useResource(presence.roomId, (signal) => fetchRoom(presence.roomId, signal));
  return (
    <p className={styles.whereabouts} data-testid="whereabouts">
      <Icon name="door" size={18} />
      <span>{words.isIn(presence.roomName)}</span>
      {room.status === 'ready' && <Link href={roomAddress(room.value)}>{words.walkIn}</Link>}
    </p>
  );
}

function Acts({ profile, own, signedIn, relating }: ProfileCardProps) {
  const words = useSocialWords();
  const { common } = useMessages();
  const problem = useProblemText();
  const { handle, displayName: name } = profile;
  const { relation } = relating;
  const [open, setOpen] = useState<'more' | 'tie' | null>(null);
  const close = (): void => setOpen(null);
  if (own) {
    return (
      <div className={styles.acts}>
        <ButtonLink href="/settings/profile" variant="primary" icon="pencil" wide>
          {words.profile.edit}
        </ButtonLink>
      </div>
    );
  }
  if (!signedIn) {
    return (
      <div className={styles.acts}>
        <ButtonLink href={`/login?return_to=${encodeURIComponent(`/u/${handle}`)}`} variant="primary" icon="follow" wide>
          {words.profile.signInToFollow}
        </ButtonLink>
      </div>
    );
  }
  if (relating.error !== null) {
    return (
      <div className={styles.unknown} role="alert">
        <p>{problem(relating.error)}</p>
        <Button onClick={relating.again}>{common.retry}</Button>
      </div>
    );
  }
  if (!relation) {
    return (
      <div className={styles.acts} aria-busy="true">
        <Button disabled wide>
          {common.loading}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.acts}>
      <FollowButton handle={handle} name={name} relation={relation} relating={relating} wide />
      <IconButton icon="more" shape="square" label={words.profile.moreAbout(name)} aria-haspopup="dialog" data-testid="more-about" onClick={() => setOpen('more')} />
      {!relation.tie && !relation.tieAsked && !relation.tieAskedBy && (
        <Button icon="heart" wide data-testid="tie" onClick={() => setOpen('tie')}>
          {words.tie.ask}
        </Button>
      )}
      {relation.tieAsked && (
        <p className={styles.asked}>
          <Icon name="heart" size={18} />
          {words.tie.asked}
        </p>
      )}
      {open === 'more' && (
        <Dialog title={name} close={close} head={<Portrait look={profile.look} size={44} />}>
          <div className={social.choices} data-testid="relation-choices">
            <RelationChoices id={profile.id} handle={handle} name={name} relation={relation} relating={relating} all openTie={() => setOpen('tie')} close={close} />
          </div>
        </Dialog>
      )}
      {open === 'tie' && (
        <TieDialog handle={handle} name={name} before={relation.tie?.nicknameMine ?? ''} done={(now) => relating.change(() => Promise.resolve(now))} close={close} />
      )}
    </div>
  );
}
