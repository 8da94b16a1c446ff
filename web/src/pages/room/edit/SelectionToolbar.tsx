/** What can be done with what is selected. */
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { useLocale, useMessages } from '../../../app/i18n';
import { classes } from '../../../app/ui/controls';
import { Icon, type IconName } from '../../../app/ui/Icon';
import { catalogueItem } from '../../../world/catalogue';
import { turnable, type Arrow } from './arranging';
import { ColorSwatches } from './ColorSwatches';
import styles from './SelectionToolbar.module.css';

export interface ItemActions {
  turn(way: 1 | -1): void;
  step(arrow: Arrow): void;
  duplicate(): void;
  recolor(color: string): void;
  remove(): void;
  selectAll(): void;
  deselect(): void;
}

interface SelectionToolbarProps {
  kind: string;
  color: string;
  /** How many are selected. */
  count: number;
  actions: ItemActions;
}

type Open = 'colors' | 'move' | null;

export function SelectionToolbar({ kind, color, count, actions }: SelectionToolbarProps) {
  const { edit } = useMessages();
  const locale = useLocale();
  const many = count > 1;
  const name = many ? edit.selected(count) : (catalogueItem(kind)?.name[locale] ?? kind);
  const frame = useRef<HTMLDivElement>(null);
  useFocusHandedOn(frame);
  const [open, setOpen] = useState<Open>(null);
  const toggle = (which: Open): void => setOpen(open === which ? null : which);
  return (
    <div className={styles.frame} ref={frame}>
      {open === 'colors' && (
        <div className={styles.drawer}>
          <ColorSwatches color={color} choose={actions.recolor} />
        </div>
      )}
      {open === 'move' && <StepPad step={actions.step} />}
      <div className={styles.bar} role="toolbar" aria-label={edit.toolbar(name)} data-testid="item-toolbar">
        <span className={classes(styles.name, many && styles.count)}>{name}</span>
        {!many && (
          <>
            <Action icon="rotateLeft" label={edit.rotateLeft} disabled={!turnable(kind)} act={() => actions.turn(1)} />
            <Action icon="rotateRight" label={edit.rotateRight} disabled={!turnable(kind)} act={() => actions.turn(-1)} />
          </>
        )}
        <Action icon="move" label={edit.move} expanded={open === 'move'} act={() => toggle('move')} />
        <Action icon="duplicate" label={edit.duplicate} act={actions.duplicate} />
        <Action icon="palette" label={edit.recolor} expanded={open === 'colors'} act={() => toggle('colors')} />
        <Action icon="trash" label={edit.remove} act={actions.remove} />
        <Action icon="close" label={edit.deselect} act={actions.deselect} />
      </div>
    </div>
  );
}

/** When the toolbar goes with the focus in it, the same button of the next one gets it, or taking back. */
function useFocusHandedOn(frame: RefObject<HTMLDivElement | null>): void {
  useLayoutEffect(() => {
    const element = frame.current;
    return () => {
      const focused = document.activeElement;
      if (!element?.contains(focused)) {
        return;
      }
      const label = focused?.getAttribute('aria-label') ?? '';
      requestAnimationFrame(() => {
        const next = document.querySelector<HTMLElement>(`[data-testid=item-toolbar] [aria-label="${CSS.escape(label)}"]`);
        (next ?? document.querySelector<HTMLElement>('[data-testid=edit-bar] button:not(:disabled)'))?.focus();
      });
    };
  }, [frame]);
}

interface ActionProps {
  icon: IconName;
  label: string;
  expanded?: boolean;
  disabled?: boolean;
  act(): void;
}

function Action({ icon, label, expanded, disabled = false, act }: ActionProps) {
  return (
    <button
      type="button"
      className={classes(styles.action, expanded && styles.open)}
      aria-label={label}
      aria-expanded={expanded}
      title={label}
      disabled={disabled}
      onClick={act}
    >
      <Icon name={icon} size={21} />
    </button>
  );
}

/** Steps of half a tile, for fingers: the four ways the floor runs on the screen. */
function StepPad({ step }: { step(arrow: Arrow): void }) {
  const { edit } = useMessages();
  const pad = useRef<HTMLDivElement>(null);
  useEffect(() => pad.current?.querySelector('button')?.focus({ preventScroll: true }), []);
  const ways: readonly (readonly [Arrow, string, number])[] = [
    ['ArrowLeft', edit.moveUpLeft, -150],
    ['ArrowUp', edit.moveBack, -30],
    ['ArrowDown', edit.moveForward, 150],
    ['ArrowRight', edit.moveDownRight, 30],
  ];
  return (
    <div ref={pad} className={styles.pad} role="group" aria-label={edit.move}>
      {ways.map(([arrow, label, angle]) => (
        <button key={arrow} type="button" aria-label={label} title={label} onClick={() => step(arrow)}>
          <span style={{ rotate: `${angle}deg` }}>
            <Icon name="arrow" />
          </span>
        </button>
      ))}
    </div>
  );
}
