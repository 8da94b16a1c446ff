/** /feed: what those one follows write, what is new everywhere, and writing something. */
import { useId, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { User } from '../../app/api';
import { usePageTitle } from '../../app/pageTitle';
import { Composer } from '../../app/posts/composer/Composer';
import { PostList, useFeed } from '../../app/posts/PostList';
import { usePostWords } from '../../app/posts/words';
import { useMe } from '../../app/state/me';
import { useMessages } from '../../app/i18n';
import { ButtonLink, cardClass, classes } from '../../app/ui/controls';
import { PageFrame } from '../../app/ui/PageFrame';
import { TabList, type Tab } from '../../app/ui/TabList';
import { Waiting } from '../../app/ui/Waiting';
import styles from './FeedPage.module.css';

type Which = 'following' | 'newest';

export function FeedPage() {
  const { feed: words } = usePostWords();
  const me = useMe((state) => state.user);
  usePageTitle(words.title);
  return me === undefined ? <Waiting /> : <Feeds key={me?.id ?? ''} me={me} />;
}

function Feeds({ me }: { me: User | null }) {
  const { feed: words } = usePostWords();
  const { common } = useMessages();
  const id = useId();
  const [search, setSearch] = useSearchParams();
  const [written, setWritten] = useState(0);
  const tabs: readonly Tab<Which>[] = [
    ...(me ? ([{ id: 'following', label: words.following, icon: 'follow' }] as const) : []),
    { id: 'newest', label: words.newest, icon: 'globe' },
  ];
  const chosen = tabs.find((tab) => tab.id === search.get('show'))?.id ?? tabs[0]?.id ?? 'newest';
  return (
    <PageFrame>
      <h1 className={styles.title}>{words.title}</h1>
      {me ? (
        <div className={classes(cardClass, styles.write)}>
          {/* a new one for the next post */}
          <Composer key={written} start={{}} done={() => setWritten(written + 1)} />
        </div>
      ) : (
        <div className={classes(cardClass, styles.signIn)}>
          <p>{words.signIn}</p>
          <ButtonLink href="/login?return_to=%2Ffeed" variant="primary">
            {common.signIn}
          </ButtonLink>
        </div>
      )}
      <div className={styles.tabs}>
        <TabList<Which> id={id} label={words.tabs} tabs={tabs} chosen={chosen} choose={(show) => setSearch({ show }, { replace: true })} />
        {me && (
          <ButtonLink href="/drafts" variant="quiet" className={styles.drafts}>
            <DraftsName />
          </ButtonLink>
        )}
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} data-testid={`feed-${chosen}`}>
        <Shown key={chosen} which={chosen} version={written} />
      </div>
    </PageFrame>
  );
}

function DraftsName() {
  return usePostWords().drafts.title;
}

function Shown({ which, version }: { which: Which; version: number }) {
  const { feed: words } = usePostWords();
  const list = useFeed({ of: which }, version);
  const nobody = which === 'following' && list.status === 'ready' && list.entries.length === 0;
  return (
    <>
      <PostList list={list} label={words.list} empty={which === 'following' ? words.noFollowing : words.noNewest} />
      {nobody && (
        <p className={styles.find}>
          <ButtonLink href="/people" icon="search">
            {words.findPeople}
          </ButtonLink>
        </p>
      )}
    </>
  );
}
