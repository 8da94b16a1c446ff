/** Running a room: its rules, layouts, history and lists for the owner; the history for editors. */
import { useId, useState } from 'react';
import type { LiveRoom } from 'maru-client';
import { Dialog } from '../../../app/ui/Dialog';
import { LanguageSwitch } from '../../../app/ui/LanguageSwitch';
import { TabList, type Tab } from '../../../app/ui/TabList';
import { AccessPanel } from './AccessPanel';
import { HistoryPanel } from './HistoryPanel';
import { LayoutsPanel } from './LayoutsPanel';
import styles from './manage.module.css';
import { SettingsForm } from './SettingsForm';
import { useManageWords } from './words';

type TabId = 'settings' | 'layouts' | 'history' | 'access';

interface ManageDialogProps {
  live: LiveRoom;
  owner: boolean;
  close(): void;
}

export function ManageDialog({ live, owner, close }: ManageDialogProps) {
  const words = useManageWords();
  const id = useId();
  const tabs: readonly Tab<TabId>[] = owner
    ? [
        { id: 'settings', label: words.tabs.settings, icon: 'settings' },
        { id: 'layouts', label: words.tabs.layouts, icon: 'layers' },
        { id: 'history', label: words.tabs.history, icon: 'history' },
        { id: 'access', label: words.tabs.access, icon: 'people' },
      ]
    : [{ id: 'history', label: words.tabs.history, icon: 'history' }];
  const [wished, choose] = useState<TabId>('settings');
  const chosen = tabs.find((tab) => tab.id === wished)?.id ?? 'history';
  return (
    <Dialog title={words.title} tall close={close} head={<span className={styles.language}><LanguageSwitch compact /></span>}>
      <div className={styles.tabs}>
        <TabList<TabId> id={id} label={words.title} tabs={tabs} chosen={chosen} choose={choose} />
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.body} data-testid={`manage-${chosen}`}>
        {chosen === 'settings' && <SettingsForm live={live} />}
        {chosen === 'layouts' && <LayoutsPanel live={live} close={close} />}
        {chosen === 'history' && <HistoryPanel live={live} />}
        {chosen === 'access' && <AccessPanel live={live} />}
      </div>
    </Dialog>
  );
}
