/** Layouts: the room kept under a name, brought back, forgotten. */
import { useId, useState, type FormEvent } from 'react';
import { BATCH_OPS_MAX, type LayoutInfo, type LiveRoom } from 'maru-client';
import { useMessages } from '../../../app/i18n';
import { useToasts } from '../../../app/state/toasts';
import { Ask } from '../../../app/ui/Ask';
import { Button, classes, fieldClass } from '../../../app/ui/controls';
import { useDeciding } from './decision';
import styles from './manage.module.css';
import { Missing } from './Missing';
import { nameFits, tidyName } from './policy';
import { useRoomList } from './useRoomList';
import { useWhen } from '../../../app/when';
import { useManageWords } from './words';

type Question = { readonly about: 'replace' | 'restore' | 'remove'; readonly name: string };

/** Until the server has said its limit. */
const layoutsUsual = 10;

/** Restores a layout; whether taking it back is one step of one's own, as the room says when it comes. */
async function restore(live: LiveRoom, name: string): Promise<{ outcome: Awaited<ReturnType<LiveRoom['restoreLayout']>>; undoable: boolean }> {
  let size = Infinity;
  const stop = live.on('change', ({ mine, ops }) => {
    if (mine) {
      size = ops.length;
    }
  });
  const outcome = await live.restoreLayout(name);
  stop();
  // setting back a theme takes a step for each of its three parts
  return { outcome, undoable: size + 2 <= BATCH_OPS_MAX && live.canUndo };
}

export function LayoutsPanel({ live, close }: { live: LiveRoom; close(): void }) {
  const { layouts: words } = useManageWords();
  const { rejections } = useMessages();
  const show = useToasts((state) => state.show);
  const [listed, again] = useRoomList(live, 'layouts');
  const [name, setName] = useState('');
  const [asking, ask] = useState<Question | null>(null);
  const [done, setDone] = useState('');
  const { busy, fault, decide } = useDeciding();
  const id = useId();
  const kept = listed.status === 'ready' ? listed.list : [];
  const most = live.limits?.layoutsMax ?? layoutsUsual;
  const wrongName = name !== '' && !nameFits(name);

  const finish = (text: string): void => {
    ask(null);
    setDone(text);
    again();
  };
  const keep = (wished: string): void =>
    decide(() => live.saveLayout(wished), () => {
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
      decide(() => live.removeLayout(chosen), () => finish(words.removed(chosen)));
    } else {
      let undoable = false;
      const bringBack = async () => {
        const answer = await restore(live, chosen);
        ({ undoable } = answer);
        return answer.outcome;
      };
      decide(bringBack, () => {
        show('good', words.restored(chosen), undoable ? { label: words.takeBack, run: () => void live.undo() } : undefined);
        close();
      });
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
