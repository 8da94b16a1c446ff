/** Layouts as a list: the room kept under a name, brought back, forgotten. Where they are kept is others' matter. */
import { useId, useState, type FormEvent } from 'react';
import type { LayoutInfo } from 'maru-client';
import { useMessages } from '../../../app/i18n';
import { Ask } from '../../../app/ui/Ask';
import { Button, classes, fieldClass } from '../../../app/ui/controls';
import styles from './manage.module.css';
import { Missing } from './Missing';
import { nameFits, tidyName } from './policy';
import type { Listed } from './useRoomList';
import { useWhen } from '../../../app/when';
import { useManageWords } from './words';

type Question = { readonly about: 'replace' | 'restore' | 'remove'; readonly name: string };

export interface LayoutsViewProps {
  listed: Listed<readonly LayoutInfo[]>;
  again(): void;
  most: number;
  busy: boolean;
  fault: string | null;
  keep(name: string, done: () => void): void;
  restore(name: string): void;
  remove(name: string, done: () => void): void;
}

export function LayoutsView({ listed, again, most, busy, fault, keep: keepAs, restore, remove }: LayoutsViewProps) {
  const { layouts: words } = useManageWords();
  const { rejections } = useMessages();
  const [name, setName] = useState('');
  const [asking, ask] = useState<Question | null>(null);
  const [done, setDone] = useState('');
  const id = useId();
  const kept = listed.status === 'ready' ? listed.list : [];
  const wrongName = name !== '' && !nameFits(name);

  const finish = (text: string): void => {
    ask(null);
    setDone(text);
    again();
  };
  const keep = (wished: string): void =>
    keepAs(wished, () => {
      setName('');
      finish(words.saved(wished));
    });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const wished = tidyName(name);
    setDone('');
    if (!nameFits(wished)) {
      return;
    }
    if (kept.some((layout) => layout.name === wished)) {
      ask({ about: 'replace', name: wished });
    } else {
      keep(wished);
    }
  };
  const confirm = ({ about, name: chosen }: Question): void => {
    if (about === 'replace') {
      keep(chosen);
    } else if (about === 'remove') {
      remove(chosen, () => finish(words.removed(chosen)));
    } else {
      restore(chosen);
    }
  };
  const trouble = wrongName ? rejections.bad_name : fault;
  return (
    <div className={styles.scroll}>
      <form className={styles.keep} onSubmit={save}>
        <label className={styles.label} htmlFor={`${id}-name`}>
          {words.name}
        </label>
        <p className={styles.lead}>{words.lead}</p>
        <div className={styles.inline}>
          <input id={`${id}-name`} className={fieldClass} value={name} placeholder={words.placeholder} autoComplete="off" aria-invalid={wrongName} onChange={(event) => setName(event.target.value)} data-testid="layout-name" />
          <Button variant="primary" type="submit" disabled={busy || !nameFits(name)}>
            {words.save}
          </Button>
        </div>
      </form>
      {asking?.about === 'replace' && <Ask question={words.replace(asking.name)} yes={words.replaceYes} busy={busy} confirm={() => confirm(asking)} cancel={() => ask(null)} />}
      <p className={classes(styles.note, trouble !== null && styles.fault)} role={trouble === null ? 'status' : 'alert'} data-testid="layouts-note">
        {trouble ?? done}
      </p>
      {listed.status !== 'ready' && <Missing listed={listed} again={again} />}
      {listed.status === 'ready' && kept.length === 0 && <p className={styles.empty}>{words.empty}</p>}
      <ul>
        {kept.map((layout) => (
          <Kept key={layout.name} layout={layout} asking={asking?.name === layout.name && asking.about !== 'replace' ? asking : null} busy={busy} ask={ask} confirm={confirm} />
        ))}
      </ul>
      {kept.length > 0 && <p className={styles.count}>{words.count(kept.length, most)}</p>}
    </div>
  );
}

interface KeptProps {
  layout: LayoutInfo;
  asking: Question | null;
  busy: boolean;
  ask(question: Question | null): void;
  confirm(question: Question): void;
}

function Kept({ layout: { name, savedAtMs, items }, asking, busy, ask, confirm }: KeptProps) {
  const { layouts: words } = useManageWords();
  const when = useWhen();
  return (
    <li data-layout={name}>
      <div className={styles.entry}>
        <span className={styles.rowWords}>
          <b>{name}</b>
          <span className={styles.small}>{words.about(when(savedAtMs), items)}</span>
        </span>
        <Button className={styles.smallButton} aria-label={words.restoreLabel(name)} disabled={busy} onClick={() => ask({ about: 'restore', name })}>
          {words.restore}
        </Button>
        <Button className={styles.smallButton} variant="quiet" aria-label={words.removeLabel(name)} disabled={busy} onClick={() => ask({ about: 'remove', name })}>
          {words.remove}
        </Button>
      </div>
      {asking && (
        <Ask
          key={asking.about}
          question={asking.about === 'restore' ? words.restoreAsk(name) : words.removeAsk(name)}
          yes={asking.about === 'restore' ? words.restore : words.remove}
          busy={busy}
          confirm={() => confirm(asking)}
          cancel={() => ask(null)}
        />
      )}
    </li>
  );
}
