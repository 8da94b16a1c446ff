/** Making a room: empty, from a template, or as a copy of another of one's own. */
import { useId, useState, type FormEvent } from 'react';
import { fetchSettings } from '../../app/api/account';
import { fetchOwnRooms, fetchTemplates, makeRoom, roomVisibilities, type OwnRoom, type RoomTemplate, type RoomVisibility, type RoomWish } from '../../app/api/rooms';
import { useLocale, useMessages } from '../../app/i18n';
import { RoomPicture } from '../../app/pictures/RoomPicture';
import { useActing } from '../../app/social/useActing';
import { useOnce } from '../../app/social/useOnce';
import { useProblemText } from '../../app/social/useProblemText';
import { useResource } from '../../app/state/resource';
import { Button, classes } from '../../app/ui/controls';
import { Dialog } from '../../app/ui/Dialog';
import { Field, faultClass, labelClass, OneOf } from '../../app/ui/form';
import { nameCharsMax, nameFits, tidyName } from '../room/manage/policy';
import styles from './rooms.module.css';
import { useRoomsWords } from './words';

interface Beginnings {
  readonly templates: readonly RoomTemplate[];
  readonly rooms: readonly OwnRoom[];
  readonly visibility: RoomVisibility;
}

/** More than one person can have. */
const roomsMost = 100;

async function fetchBeginnings(signal: AbortSignal): Promise<Beginnings> {
  const page = { cursor: null, limit: roomsMost, signal };
  const [templates, active, archived, settings] = await Promise.all([fetchTemplates(signal), fetchOwnRooms('active', page), fetchOwnRooms('archived', page), fetchSettings(signal)]);
  return { templates, rooms: [...active.entries, ...archived.entries], visibility: settings.value.roomDefault };
}

interface MakeDialogProps {
  /** What it is to be like, if that is settled. */
  copyOf: OwnRoom | null;
  made(room: OwnRoom): void;
  close(): void;
}

export function MakeDialog(props: MakeDialogProps) {
  const { make: words } = useRoomsWords();
  const { common } = useMessages();
  const problem = useProblemText();
  const [found, again] = useResource('beginnings', fetchBeginnings);
  return (
    <Dialog title={words.title} tall close={props.close}>
      {found.status === 'loading' && (
        <p className={styles.waiting} role="status">
          {common.loading}
        </p>
      )}
      {found.status === 'failed' && (
        <div className={styles.waiting} role="alert">
          <p>
            {words.failed} {problem(found.error)}
          </p>
          <Button onClick={again}>{common.retry}</Button>
        </div>
      )}
      {found.status === 'ready' && <Form {...props} beginnings={found.value} />}
    </Dialog>
  );
}

/** As one radio button says it. */
function fromOf(chosen: string): RoomWish['from'] {
  const [kind, id = ''] = chosen.split(':');
  return kind === 'copy' ? { copyOf: id } : { template: id };
}

function Form({ copyOf, made, close, beginnings }: MakeDialogProps & { beginnings: Beginnings }) {
  const { make: words, visibility: names } = useRoomsWords();
  const { common } = useMessages();
  const locale = useLocale();
  const [name, setName] = useState(() => (copyOf ? [...words.copyName(copyOf.name)].slice(0, nameCharsMax).join('') : ''));
  const [chosen, choose] = useState(() => (copyOf ? `copy:${copyOf.id}` : `template:${beginnings.templates[0]?.id ?? ''}`));
  const [visibility, setVisibility] = useState<RoomVisibility>(copyOf?.visibility ?? beginnings.visibility);
  const { busy, fault, act } = useActing();
  const once = useOnce(name, chosen, visibility);
  const fits = nameFits(name);
  const group = useId();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (fits) {
      act(
        () => makeRoom({ name: tidyName(name), from: fromOf(chosen), visibility }, once),
        (room) => {
          close();
          made(room);
        },
      );
    }
  };
  const option = (value: string, label: string, drawn: Pick<RoomTemplate, 'theme' | 'items'>) => (
    <label key={value} className={classes(styles.option, chosen === value && styles.chosen, drawn.theme.light === 'night' && styles.night)}>
      <input type="radio" name={group} value={value} checked={chosen === value} onChange={() => choose(value)} />
      <span className={styles.picture}>
        <RoomPicture theme={drawn.theme} items={drawn.items} />
      </span>
      <b>{label}</b>
    </label>
  );
  return (
    <form className={styles.form} onSubmit={send} data-testid="make-room-form">
      <div className={styles.scroll}>
        <Field label={words.name} value={name} count={[[...tidyName(name)].length, nameCharsMax]} fault={name !== '' && !fits ? words.nameFault(nameCharsMax) : null} onChange={(event) => setName(event.target.value)} />
        <fieldset className={styles.beginnings}>
          <legend className={labelClass}>{words.from}</legend>
          <div className={styles.options}>{beginnings.templates.map(({ id, name: called, theme, items }) => option(`template:${id}`, called[locale], { theme, items }))}</div>
          {beginnings.rooms.length > 0 && (
            <>
              <p className={labelClass}>{words.copies}</p>
              <div className={styles.options}>{beginnings.rooms.map((room) => option(`copy:${room.id}`, room.name, room))}</div>
            </>
          )}
        </fieldset>
        <OneOf<RoomVisibility> label={words.visibility} options={roomVisibilities.map((id) => ({ id, label: names[id] }))} chosen={visibility} choose={setVisibility} />
      </div>
      <div className={styles.formFoot}>
        {fault !== null && (
          <p className={faultClass} role="alert">
            {fault}
          </p>
        )}
        <Button onClick={close}>{common.cancel}</Button>
        <Button variant="primary" type="submit" icon="plus" busy={busy} disabled={!fits}>
          {words.send}
        </Button>
      </div>
    </form>
  );
}
