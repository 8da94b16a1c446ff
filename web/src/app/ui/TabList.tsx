/** Tabs in a row, walked with the arrow keys. */
import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { classes } from './controls';
import { Icon, type IconName } from './Icon';
import styles from './TabList.module.css';

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly icon: IconName;
  readonly count?: number;
}

/** Of a neighbour, so that one sees that there are more. */
const glimpsePx = 36;

interface TabListProps<Id extends string> {
  /** Before the tabs' own ids; the body they control is `${id}-body`. */
  id: string;
  label: string;
  tabs: readonly Tab<Id>[];
  chosen: Id;
  choose(id: Id): void;
  /** Where there is little room: only the chosen one shows its name. */
  brief?: boolean;
}

export function TabList<Id extends string>({ id, label, tabs, chosen, choose, brief = false }: TabListProps<Id>) {
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // where not all of them fit, the chosen one does, with a glimpse of those beside it; the page itself stays where it is
    const tab = document.getElementById(`${id}-${chosen}`);
    if (row.current && tab) {
      const before = tab.offsetLeft - row.current.offsetLeft;
      const after = before + tab.offsetWidth - row.current.clientWidth;
      row.current.scrollLeft = Math.max(Math.min(row.current.scrollLeft, before - glimpsePx), after + glimpsePx);
    }
  }, [id, chosen]);
  const go = (to: number): void => {
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next) {
      choose(next.id);
      document.getElementById(`${id}-${next.id}`)?.focus();
    }
  };
  const goByKey = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      go(to);
    }
  };
  return (
    <div ref={row} className={styles.tabs} role="tablist" aria-label={label}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`${id}-${tab.id}`}
          type="button"
          role="tab"
          aria-selected={tab.id === chosen}
          aria-controls={`${id}-body`}
          tabIndex={tab.id === chosen ? 0 : -1}
          title={brief ? tab.label : undefined}
          className={classes(styles.tab, tab.id === chosen && styles.chosen)}
          onClick={() => choose(tab.id)}
          onKeyDown={goByKey}
        >
          <Icon name={tab.icon} size={18} />
          {brief && tab.id !== chosen ? <span className="visually-hidden">{tab.label}</span> : tab.label}
          {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
