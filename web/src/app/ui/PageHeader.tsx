/** The head of every page but the room: mark, who I am, language. */
import { useLocation } from 'wouter';
import { problemText } from '../problemText';
import { useMessages } from '../i18n';
import { useMe } from '../state/me';
import { useToasts } from '../state/toasts';
import { Brand } from './Brand';
import { ButtonLink, IconButton } from './controls';
import { LanguageSwitch } from './LanguageSwitch';
import { Portrait } from './Portrait';
import styles from './PageHeader.module.css';

export function PageHeader() {
  const messages = useMessages();
  const { common } = messages;
  const { user, signOut } = useMe();
  const show = useToasts((state) => state.show);
  const [path] = useLocation();
  const leave = (): void => {
    signOut().catch((error: unknown) => show('bad', problemText(messages, error)));
  };
  return (
    <header className={styles.header}>
      <a className={styles.skip} href="#content">
        {common.skipToContent}
      </a>
      <Brand />
      <span className={styles.space} />
      {user && (
        <>
          <ButtonLink href={`/r/${user.handle}`} className={styles.mine} label={common.myRoom}>
            <Portrait look={user.look} size={30} />
            <span className={styles.wide}>{common.myRoom}</span>
          </ButtonLink>
          <IconButton icon="login" label={common.signOut} variant="quiet" onClick={leave} />
        </>
      )}
      {user === null && path !== '/login' && (
        <ButtonLink href="/login" variant="primary">
          {common.signIn}
        </ButtonLink>
      )}
      <LanguageSwitch />
    </header>
  );
}
