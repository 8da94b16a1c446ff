/** Signing in: the providers, and what went wrong last time. */
import { useSearchParams } from 'wouter';
import { fetchProviders, signInAddress, suspendedCode } from '../../app/api';
import { textOf, useLocale, useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { problemText } from '../../app/problemText';
import { useMe } from '../../app/state/me';
import { useResource } from '../../app/state/resource';
import { BrandMark } from '../../app/ui/Brand';
import { Button, ButtonLink, cardClass, classes } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import { useWhen } from '../../app/when';
import { PageHeader } from '../../app/ui/PageHeader';
import { Waiting } from '../../app/ui/Waiting';
import styles from './LoginPage.module.css';
import { safeReturn } from './safeReturn';

export function LoginPage() {
  const messages = useMessages();
  const { login, common } = messages;
  usePageTitle(login.title);
  const [search] = useSearchParams();
  const error = search.get('error');
  const closed = closedUntil(search.get('closed'));
  const when = useWhen();
  const me = useMe((state) => state.user);
  if (error === suspendedCode && me === undefined) {
    // what was decided is shown in place of this page, as soon as it is known that they came in
    return <Waiting />;
  }
  return (
    <div className={styles.page}>
      <PageHeader />
      <main id="content" className={styles.main}>
        <div className={classes(cardClass, styles.card)}>
          <BrandMark size={72} />
          <h1>{login.title}</h1>
          <p className={styles.lead}>{login.lead}</p>
          {closed !== null && (
            <p className={styles.note} role="status">
              {login.closed(when(closed))}
            </p>
          )}
          {error !== null && !(error === suspendedCode && me) && (
            <p className={styles.error} role="alert">
              {textOf(login.errors, error)}
            </p>
          )}
          {me ? (
            <>
              <p>{common.signedInAs(me.displayName)}</p>
              <ButtonLink href={`/r/${me.handle}`} variant="primary" shape="large" wide icon="home">
                {common.myRoom}
              </ButtonLink>
            </>
          ) : (
            <Providers returnTo={safeReturn(search.get('return_to'))} />
          )}
          <ButtonLink href="/" variant="quiet">
            {login.asGuest}
            <Icon name="arrow" size={18} />
          </ButtonLink>
        </div>
      </main>
    </div>
  );
}

/** Until when a closed account can be restored, as the address says; nothing where it says nonsense. */
function closedUntil(text: string | null): number | null {
  const ms = text === null ? Number.NaN : Number(text);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : null;
}

function Providers({ returnTo }: { returnTo: string }) {
  const messages = useMessages();
  const { login, common } = messages;
  const locale = useLocale();
  const [providers, again] = useResource('providers', fetchProviders);
  if (providers.status === 'loading') {
    return <p aria-busy="true">{common.loading}</p>;
  }
  if (providers.status === 'failed') {
    return (
      <div className={styles.error} role="alert">
        <p>
          {login.failed} {problemText(messages, providers.error)}
        </p>
        <Button onClick={again}>{common.retry}</Button>
      </div>
    );
  }
  if (providers.value.length === 0) {
    return <p>{login.none}</p>;
  }
  return (
    <ul className={styles.providers}>
      {providers.value.map(({ id, name }) => (
        <li key={id}>
          {/* leaves the page: the server redirects to the provider */}
          <a className={styles.provider} href={signInAddress(id, returnTo)}>
            <Icon name="login" />
            {login.with(name[locale])}
          </a>
        </li>
      ))}
    </ul>
  );
}
