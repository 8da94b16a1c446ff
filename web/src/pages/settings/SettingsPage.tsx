/** /settings/:tab: everything one chooses about oneself and one's account. */
import { useId } from 'react';
import { useLocation } from 'wouter';
import type { User } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { useModerationWords } from '../../app/moderation/words';
import { usePageTitle } from '../../app/pageTitle';
import { useMe } from '../../app/state/me';
import { ButtonLink, cardClass, classes } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { TabList, type Tab } from '../../app/ui/TabList';
import { Waiting } from '../../app/ui/Waiting';
import { AccountTab } from './account/AccountTab';
import { DataTab } from './DataTab';
import { DecisionsTab } from './DecisionsTab';
import { LoginsTab } from './logins/LoginsTab';
import { NotificationsTab } from './NotificationsTab';
import { PrivacyTab } from './PrivacyTab';
import { ProfileTab } from './profile/ProfileTab';
import styles from './settings.module.css';
import { useSettingsWords } from './words';

type TabId = 'profile' | 'account' | 'privacy' | 'notifications' | 'logins' | 'data' | 'decisions';

export function SettingsPage({ tab }: { tab: string }) {
  const words = useSettingsWords();
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  usePageTitle(words.title);
  if (me === undefined) {
    return <Waiting />;
  }
  if (me === null) {
    return (
      <Notice title={words.title} lead={words.signIn} alone>
        <ButtonLink href={`/login?return_to=${encodeURIComponent(`/settings/${tab}`)}`} variant="primary">
          {common.signIn}
        </ButtonLink>
        <ButtonLink href="/">{common.home}</ButtonLink>
      </Notice>
    );
  }
  return <Tabs key={me.id} me={me} wished={tab} />;
}

function Tabs({ me, wished }: { me: User; wished: string }) {
  const words = useSettingsWords();
  const { own } = useModerationWords();
  const [, go] = useLocation();
  const id = useId();
  const tabs: readonly Tab<TabId>[] = [
    { id: 'profile', label: words.tabs.profile, icon: 'person' },
    { id: 'account', label: words.tabs.account, icon: 'settings' },
    { id: 'privacy', label: words.tabs.privacy, icon: 'lock' },
    { id: 'notifications', label: words.tabs.notifications, icon: 'bell' },
    { id: 'logins', label: words.tabs.logins, icon: 'key' },
    { id: 'data', label: words.tabs.data, icon: 'download' },
    { id: 'decisions', label: own.tab, icon: 'shield' },
  ];
  const chosen = tabs.find((tab) => tab.id === wished)?.id ?? 'profile';
  return (
    <PageFrame>
      <h1 className={styles.title}>{words.title}</h1>
      <div className={classes(cardClass, styles.card)}>
        <div className={styles.tabs}>
          <TabList<TabId> id={id} label={words.title} tabs={tabs} chosen={chosen} choose={(tab) => go(`/settings/${tab}`, { replace: true })} />
        </div>
        <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.body} data-testid={`settings-${chosen}`}>
          {chosen === 'profile' && <ProfileTab />}
          {chosen === 'account' && <AccountTab me={me} />}
          {chosen === 'privacy' && <PrivacyTab />}
          {chosen === 'notifications' && <NotificationsTab />}
          {chosen === 'logins' && <LoginsTab />}
          {chosen === 'data' && <DataTab me={me} />}
          {chosen === 'decisions' && <DecisionsTab />}
        </div>
      </div>
    </PageFrame>
  );
}
