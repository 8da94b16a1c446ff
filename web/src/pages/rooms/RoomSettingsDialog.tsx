/** What a room is called, and who may come in. */
import { useState, type FormEvent } from 'react';
import { changeRoom, roomVisibilities, type OwnRoom, type RoomPatch, type RoomVisibility } from '../../app/api/rooms';
import { useMessages } from '../../app/i18n';
import { useActing } from '../../app/social/useActing';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { Dialog } from '../../app/ui/Dialog';
import { Field, OneOf } from '../../app/ui/form';
import social from '../../app/social/social.module.css';
import { nameCharsMax, nameFits, tidyName } from '../room/manage/policy';
import { useRoomsWords } from './words';

interface RoomSettingsDialogProps {
  room: OwnRoom;
  done(): void;
  close(): void;
}

export function RoomSettingsDialog({ room, done, close }: RoomSettingsDialogProps) {
  const { settings: words, make, visibility: names, done: said } = useRoomsWords();
  const { common } = useMessages();
  const show = useToasts((state) => state.show);
  const [name, setName] = useState(room.name);
  const [visibility, setVisibility] = useState<RoomVisibility>(room.visibility);
  const { busy, fault, act } = useActing();
  const fits = nameFits(name);
  const patch: RoomPatch = { ...(tidyName(name) === room.name ? {} : { name: tidyName(name) }), ...(visibility === room.visibility ? {} : { visibility }) };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (fits) {
      act(
        () => changeRoom(room.id, patch),
        () => {
          show('good', said.saved);
          done();
          close();
        },
      );
    }
  };
  return (
    <Dialog title={words.title} close={close}>
      <form className={social.dialog} onSubmit={save} data-testid="room-settings">
        <Field label={words.name} value={name} count={[[...tidyName(name)].length, nameCharsMax]} fault={fits ? fault : make.nameFault(nameCharsMax)} onChange={(event) => setName(event.target.value)} />
        <OneOf<RoomVisibility> label={words.visibility} options={roomVisibilities.map((id) => ({ id, label: names[id] }))} chosen={visibility} choose={setVisibility} />
        <div className={social.answers}>
          <Button onClick={close}>{common.cancel}</Button>
          <Button variant="primary" type="submit" icon="check" busy={busy} disabled={!fits || Object.keys(patch).length === 0}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
