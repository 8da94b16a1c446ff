/** What one can do about somebody, in a list: tie, mute, remove, block. */
import { useState } from 'react';
import { mute, put, removeFollower, take, fetchRelation, type Relation } from '../api/people';
import { ReportChoice } from '../moderation/Reporting';
import { useToasts } from '../state/toasts';
import { Ask } from '../ui/Ask';
import { Button } from '../ui/controls';
import { Choice } from '../ui/form';
import { Icon } from '../ui/Icon';
import { useWhen } from '../when';
import styles from './social.module.css';
import type { Relating } from './useRelation';
import { useSocialWords } from './words';

interface RelationChoicesProps {
  handle: string;
  name: string;
  relation: Relation;
  relating: Relating;
  /** Who they are, where they can be reported. */
  id?: string;
  /** Not only blocking. */
  all: boolean;
  /** Opens the dialog in which a nickname is given. */
  openTie(): void;
  close(): void;
}

type Question = 'block' | 'untie';

export function RelationChoices({ handle, name, relation, relating: { busy, change }, id, all, openTie, close }: RelationChoicesProps) {
  const words = useSocialWords();
  const show = useToasts((state) => state.show);
  const [asking, ask] = useState<Question | null>(null);
  const done = (text: string) => (): void => {
    show('good', text);
    close();
  };
  if (asking) {
    return (
      <Ask
        key={asking}
        question={asking === 'block' ? words.block.ask(name) : words.tie.endAsk(name)}
        yes={asking === 'block' ? words.block.block : words.tie.end}
        busy={busy}
        confirm={() => (asking === 'block' ? change(() => put(handle, 'block'), done(words.block.blocked(name))) : change(() => take(handle, 'tie'), done(words.tie.ended(name))))}
        cancel={() => ask(null)}
      />
    );
  }
  return (
    <>
      {all && relation.tie && (
        <>
          <Choice icon="pencil" label={words.tie.rename} lead={words.tie.names(relation.tie.nicknameMine, relation.tie.nicknameTheirs)} busy={busy} act={openTie} />
          <Choice icon="close" label={words.tie.end} busy={busy} act={() => ask('untie')} />
        </>
      )}
      {all && relation.tieAsked && <Choice icon="close" label={words.tie.withdraw} lead={words.tie.askedLead} busy={busy} act={() => change(() => take(handle, 'tie'), close)} />}
      {all && relation.followedBy && (
        <Choice
          icon="exit"
          label={words.relation.removeFollower}
          lead={words.relation.removeFollowerLead}
          busy={busy}
          act={() =>
            change(async () => {
              await removeFollower(handle);
              return fetchRelation(handle);
            }, done(words.relation.removed(name)))
          }
        />
      )}
      {all && <Muting handle={handle} name={name} relation={relation} busy={busy} change={change} close={close} />}
      {id !== undefined && <ReportChoice kind="user" id={id} />}
      <Choice icon="ban" label={words.block.block} lead={words.block.lead} busy={busy} act={() => ask('block')} />
    </>
  );
}

const hourMs = 3_600_000;
const muteFor = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs, always: null } as const;

interface MutingProps extends Pick<Relating, 'busy' | 'change'> {
  handle: string;
  name: string;
  relation: Relation;
  close(): void;
}

function Muting({ handle, name, relation, busy, change, close }: MutingProps) {
  const { mute: words } = useSocialWords();
  const show = useToasts((state) => state.show);
  const when = useWhen();
  const { muting } = relation;
  const done = (text: string) => (): void => {
    show('good', text);
    close();
  };
  if (muting) {
    const lead = muting.untilMs === null ? words.untilUnmuted : words.until(when(muting.untilMs));
    return <Choice icon="bell" label={words.unmute} lead={lead} busy={busy} act={() => change(() => take(handle, 'mute'), done(words.unmuted(name)))} />;
  }
  return (
    <div className={styles.mute} role="group" aria-label={words.title}>
      <span className={styles.muteLabel}>
        <Icon name="mute" />
        <span className={styles.words}>
          <b>{words.title}</b>
          <span className={styles.small}>{words.lead}</span>
        </span>
      </span>
      <div className={styles.times}>
        {(['hour', 'day', 'week', 'always'] as const).map((each) => {
          const ms = muteFor[each];
          return (
            <Button key={each} className={styles.smallButton} busy={busy} onClick={() => change(() => mute(handle, ms === null ? null : Date.now() + ms), done(words.muted(name)))}>
              {words[each]}
            </Button>
          );
        })}
      </div>
    </div>
  );
}
