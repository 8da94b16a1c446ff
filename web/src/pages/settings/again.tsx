/** Showing once more who one is, where the server asks for it, and coming back to the same thing. */
import { useEffect, useState, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { ApiProblem, fetchProviders } from '../../app/api';
import { fetchIdentities, reauthenticationAddress } from '../../app/api/account';
import { textOf, useLocale, useMessages } from '../../app/i18n';
import { useResource } from '../../app/state/resource';
import { useToasts } from '../../app/state/toasts';
import { Dialog } from '../../app/ui/Dialog';
import { Icon } from '../../app/ui/Icon';
import { Loaded } from './Loaded';
import styles from './settings.module.css';
import { useSettingsWords } from './words';

export interface Again {
  /** Takes a refusal that asks for it; afterwards the page is opened with `again=intent`. */
  takes(intent: string): (error: unknown) => boolean;
  /** What was to be done before one left to show who one is; once. */
  readonly resumed: string | null;
  /** To be shown wherever the hook is used. */
  readonly dialog: ReactNode;
}

export function useAgain(path: string): Again {
  const [search, setSearch] = useSearchParams();
  const { again: words } = useSettingsWords();
  const { login } = useMessages();
  const show = useToasts((state) => state.show);
  // whoever could not show it begins anew
  const [resumed] = useState(() => (search.has('error') ? null : search.get('again')));
  const [intent, setIntent] = useState<string | null>(null);
  useEffect(() => {
    if (search.has('again')) {
      const error = search.get('error');
      setSearch({}, { replace: true });
      if (error === null) {
        show('good', words.back);
      } else {
        show('bad', textOf(login.errors, error));
      }
    }
  }, [search, setSearch, show, words, login]);
  return {
    takes: (wished) => (error) => {
      const asks = error instanceof ApiProblem && error.code === 'reauthentication_required';
      if (asks) {
        setIntent(wished);
      }
      return asks;
    },
    resumed,
    dialog: intent !== null && <AgainDialog returnTo={`${path}?again=${encodeURIComponent(intent)}`} close={() => setIntent(null)} />,
  };
}

async function waysIn(signal: AbortSignal): Promise<{ id: string; name: { ko: string; en: string } }[]> {
  const [identities, providers] = await Promise.all([fetchIdentities(signal), fetchProviders(signal)]);
  return providers.filter(({ id }) => identities.some(({ provider }) => provider === id));
}

function AgainDialog({ returnTo, close }: { returnTo: string; close(): void }) {
  const { again: words } = useSettingsWords();
  const locale = useLocale();
  const [ways, retry] = useResource('ways', waysIn);
  return (
    <Dialog title={words.title} close={close}>
      <div className={styles.dialog} data-testid="again">
        <p>{words.lead}</p>
        <Loaded resource={ways} again={retry}>
          {(found) =>
            found.length === 0 ? (
              <p>{words.none}</p>
            ) : (
              <ul className={styles.ways}>
                {found.map(({ id, name }) => (
                  <li key={id}>
                    {/* leaves the page: the server redirects to the provider */}
                    <a className={styles.way} href={reauthenticationAddress(id, returnTo)}>
                      <Icon name="login" />
                      {words.with(name[locale])}
                    </a>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </Dialog>
  );
}
