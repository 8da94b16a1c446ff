/** The head of every page but the room: mark, finding people, notices, who I am, language. */
import { useLocation, Link } from 'wouter';
import type { Me } from '../api';
import { problemText } from '../problemText';
import { useMessages } from '../i18n';
import { useMe } from '../state/me';
import { useToasts } from '../state/toasts';
import { Bell } from './Bell';
import { Brand } from './Brand';
import { ButtonLink, classes } from './controls';
import { Icon } from './Icon';
import { LanguageSwitch } from './LanguageSwitch';
import { Menu, menuItemClass } from './Menu';
import { Portrait } from './Portrait';
import styles from './PageHeader.module.css';

export function PageHeader() {
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  const [path] = useLocation();
  return (
    <header className={classes(styles.header, me && styles.mine)}>
      <a className={styles.skip} href="#content">
        {common.skipToContent}
      </a>
      <Brand />
      <span className={styles.space} />
      {path !== '/people' && (
        <ButtonLink href="/people" variant="quiet" icon="search" label={common.findPeople} className={styles.find}>
          <span className={styles.wide}>{common.findPeople}</span>
        </ButtonLink>
      )}
      {path !== '/feed' && (
        <ButtonLink href="/feed" variant="quiet" icon="chat" label={common.feed} className={styles.find}>
          <span className={styles.wide}>{common.feed}</span>
        </ButtonLink>
      )}
      <Bell />
      {me && <Account me={me} />}
      {me === null && path !== '/login' && (
        <ButtonLink href="/login" variant="primary">
          {common.signIn}
        </ButtonLink>
      )}
      <LanguageSwitch compact />
    </header>
  );
}

function Account({ me }: { me: Me }) {
  const messages = useMessages();
  const { common } = messages;
  const signOut = useMe((state) => state.signOut);
  const show = useToasts((state) => state.show);
  const leave = (): void => {
    signOut().catch((error: unknown) => show('bad', problemText(messages, error)));
  };
  return (
    <Menu label={common.account(me.displayName)} face={<Portrait look={me.look} size={38} />}>
      <Link href={`/r/${me.handle}`} className={menuItemClass}>
        <Icon name="home" />
        {common.myRoom}
      </Link>
      <Link href="/rooms" className={menuItemClass}>
        <Icon name="door" />
        {common.myRooms}
      </Link>
      <Link href={`/u/${me.handle}`} className={menuItemClass}>
        <Icon name="person" />
        {common.myProfile}
      </Link>
      <Link href="/bookmarks" className={menuItemClass}>
        <Icon name="bookmark" />
        {common.bookmarks}
      </Link>
      <Link href="/settings" className={menuItemClass}>
        <Icon name="settings" />
        {common.settings}
      </Link>
      {me.role !== 'user' && (
        <Link href="/moderation" className={menuItemClass}>
          <Icon name="shield" />
          {common.moderation}
        </Link>
      )}
      <button type="button" className={menuItemClass} onClick={leave}>
        <Icon name="exit" />
        {common.signOut}
      </button>
    </Menu>
  );
}
