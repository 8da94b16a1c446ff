/** /notifications: all one was told. */
import type { User } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { NoticeList, ReadAll, useNoticePages } from '../../app/social/NoticeList';
import { useSocialWords } from '../../app/social/words';
import { useMe } from '../../app/state/me';
import { ButtonLink, cardClass, classes } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { Waiting } from '../../app/ui/Waiting';
import styles from './NotificationsPage.module.css';

export function NotificationsPage() {
  const { notices: words } = useSocialWords();
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  usePageTitle(words.title);
  if (me === undefined) {
    return <Waiting />;
  }
  if (me === null) {
    return (
      <Notice title={words.title} lead={words.signIn} alone>
        <ButtonLink href="/login?return_to=%2Fnotifications" variant="primary">
          {common.signIn}
        </ButtonLink>
        <ButtonLink href="/">{common.home}</ButtonLink>
      </Notice>
    );
  }
  return <Notices me={me} />;
}

function Notices({ me }: { me: User }) {
  const { notices: words } = useSocialWords();
  const list = useNoticePages(me);
  return (
    <PageFrame>
      <div className={classes(cardClass, styles.card)} data-testid="notices">
        <div className={styles.head}>
          <h1>{words.title}</h1>
          <ReadAll list={list} />
        </div>
        <NoticeList me={me} list={list} />
      </div>
    </PageFrame>
  );
}
