/** The panel beside the room (a sheet on phones): tabs over one body. */
import { useId, type ReactNode, type RefCallback } from 'react';
import { useMessages } from '../../../app/i18n';
import { IconButton } from '../../../app/ui/controls';
import { TabList, type Tab } from '../../../app/ui/TabList';
import styles from './SidePanel.module.css';

/** More of them do not fit beside each other with their names. */
const tabsNamed = 4;

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
  return (
    <aside className={styles.panel} aria-label={label} data-testid="panel" ref={cover}>
      <div className={styles.head}>
        <TabList id={id} label={label} tabs={tabs} chosen={chosen} choose={choose} brief={tabs.length > tabsNamed} />
        <IconButton icon="close" label={chat.collapse} variant="quiet" onClick={close} />
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.body}>
        {children}
      </div>
    </aside>
  );
}
