/** The rules of the room: its name, who may come in, how many. */
import { useId, useState, type FormEvent } from 'react';
import type { LiveRoom, PolicyPatch, Visibility } from 'maru-client';
import { useMessages } from '../../../app/i18n';
import { Button, classes, fieldClass, IconButton } from '../../../app/ui/controls';
import { Row, Switch } from '../../../app/ui/form';
import { useLiveInfo } from '../useLiveRoom';
import { useDeciding } from './decision';
import styles from './manage.module.css';
import { mayPutOut, nameFits, patchOf, shownRules } from './policy';
import { useManageWords } from './words';

const visibilities: readonly Visibility[] = ['public', 'followers', 'private'];

export function SettingsForm({ live }: { live: LiveRoom }) {
  const { settings } = useManageWords();
  const { rejections } = useMessages();
  const info = useLiveInfo(live);
  const [touched, setTouched] = useState<PolicyPatch>({});
  const [saved, setSaved] = useState(false);
  const { busy, fault, decide } = useDeciding();
  const id = useId();
  if (!info) {
    return null;
  }
  const rules = shownRules(info, touched);
  const patch = patchOf(info, touched);
  const named = nameFits(rules.name);
  const touch = (change: PolicyPatch): void => {
    setTouched({ ...touched, ...change });
    setSaved(false);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (patch && named) {
      decide(() => live.setPolicy(patch), () => {
        setTouched({});
        setSaved(true);
      });
    }
  };
  const warning = mayPutOut(info, patch);
  const words = !named ? rejections.bad_name : fault;
  return (
    <form className={styles.form} onSubmit={save} data-testid="settings">
      <div className={styles.scroll}>
        <label className={styles.label} htmlFor={`${id}-name`}>
          {settings.name}
        </label>
        <input id={`${id}-name`} className={fieldClass} value={rules.name} autoComplete="off" aria-invalid={!named} aria-describedby={`${id}-trouble`} onChange={(event) => touch({ name: event.target.value })} />
        <fieldset className={styles.choices}>
          <legend className={styles.label}>{settings.visibility}</legend>
          {visibilities.map((each) => (
            <label key={each} className={classes(styles.option, rules.visibility === each && styles.chosen)}>
              <input type="radio" name={`${id}-visibility`} value={each} checked={rules.visibility === each} onChange={() => touch({ visibility: each })} />
              <b>{settings[each]}</b>
              <span className={styles.small}>{settings[`${each}Lead`]}</span>
            </label>
          ))}
        </fieldset>
        <Switch name="guests" label={settings.guests} lead={rules.visibility === 'public' ? settings.guestsLead : settings.guestsMoot} on={rules.guestsAllowed && rules.visibility === 'public'} disabled={rules.visibility !== 'public'} turn={(guestsAllowed) => touch({ guestsAllowed })} />
        <Switch name="locked" label={settings.locked} lead={settings.lockedLead} on={rules.locked} turn={(locked) => touch({ locked })} />
        <Row label={<label htmlFor={`${id}-most`}>{settings.peopleMax}</label>} lead={settings.peopleMaxLead}>
          <IconButton shape="square" icon="minus" label={settings.fewer} disabled={rules.peopleMax <= 1} onClick={() => touch({ peopleMax: Math.max(1, rules.peopleMax - 1) })} />
          <input id={`${id}-most`} className={classes(fieldClass, styles.number)} inputMode="numeric" value={rules.peopleMax} onChange={(event) => touch({ peopleMax: wholeOf(event.target.value) })} />
          <IconButton shape="square" icon="plus" label={settings.more} onClick={() => touch({ peopleMax: rules.peopleMax + 1 })} />
        </Row>
      </div>
      <div className={styles.foot}>
        <p id={`${id}-trouble`} className={classes(styles.note, warning && styles.warning, words !== null && styles.fault)} role={words === null ? 'status' : 'alert'} data-testid="settings-note">
          {words ?? (saved && !patch ? settings.saved : warning ? settings.putOut : '')}
        </p>
        <Button variant="primary" type="submit" icon="check" disabled={busy || !patch || !named} data-testid="settings-save">
          {busy ? settings.saving : settings.save}
        </Button>
      </div>
    </form>
  );
}

/** What was typed as a count of people; never less than one, never more than a frame can say. */
function wholeOf(typed: string): number {
  const digits = typed.replaceAll(/\D/g, '').slice(0, 4);
  return Math.max(1, Number(digits));
}
