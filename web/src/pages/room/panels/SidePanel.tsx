/** The panel beside the room (a sheet on phones): tabs over one body. */
import { useId, type KeyboardEvent, type ReactNode, type RefCallback } from 'react';
import { useMessages } from '../../../app/i18n';
import { classes, IconButton } from '../../../app/ui/controls';
import { Icon, type IconName } from '../../../app/ui/Icon';
import styles from './SidePanel.module.css';

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly icon: IconName;
  readonly count?: number;
}

interface SidePanelProps<Id extends string> {
  cover: RefCallback<HTMLElement>;
  label: string;
  tabs: readonly Tab<Id>[];
  chosen: Id;
  choose(id: Id): void;
  close(): void;
  children: ReactNode;
}

export function SidePanel<Id extends string>({ cover, label, tabs, chosen, choose, close, children }: SidePanelProps<Id>) {
  const { chat } = useMessages();
  const id = useId();
  const step = (by: number): void => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) {
      choose(next.id);
      document.getElementById(`${id}-${next.id}`)?.focus();
    }
  };
  const stepByKey = ({ key }: KeyboardEvent): void => {
    if (key === 'ArrowRight') step(1);
    if (key === 'ArrowLeft') step(-1);
  };
  return (
    <aside className={styles.panel} aria-label={label} data-testid="panel" ref={cover}>
      <div className={styles.head}>
        <div className={styles.tabs} role="tablist" aria-label={label}>
          {tabs.map((tab) => (
            <button
              key={tab.id}
              id={`${id}-${tab.id}`}
              type="button"
              role="tab"
              aria-selected={tab.id === chosen}
              aria-controls={`${id}-body`}
              tabIndex={tab.id === chosen ? 0 : -1}
              className={classes(styles.tab, tab.id === chosen && styles.chosen)}
              onClick={() => choose(tab.id)}
              onKeyDown={stepByKey}
            >
              <Icon name={tab.icon} size={18} />
              {tab.label}
              {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
            </button>
          ))}
        </div>
        <IconButton icon="close" label={chat.collapse} variant="quiet" onClick={close} />
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.body}>
        {children}
      </div>
    </aside>
  );
}
