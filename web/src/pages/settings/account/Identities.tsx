/** The ways into the account: linking another, and unlinking one that is not the last. */
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { fetchProviders, type Provider } from '../../../app/api';
import { beginLink, fetchIdentities, unlink, type Identity } from '../../../app/api/account';
import { textOf, useLocale, useMessages } from '../../../app/i18n';
import { useActing } from '../../../app/social/useActing';
import { useResource } from '../../../app/state/resource';
import { useToasts } from '../../../app/state/toasts';
import { Ask } from '../../../app/ui/Ask';
import { Button } from '../../../app/ui/controls';
import { faultClass, Row } from '../../../app/ui/form';
import { useWhen } from '../../../app/when';
import { useAgain } from '../again';
import { Loaded } from '../Loaded';
import { Section } from '../Section';
import { useSettingsWords } from '../words';

const path = '/settings/account';

interface Ways {
  readonly providers: readonly Provider[];
  readonly identities: readonly Identity[];
}

async function fetchWays(signal: AbortSignal): Promise<Ways> {
  const [providers, identities] = await Promise.all([fetchProviders(signal), fetchIdentities(signal)]);
  return { providers, identities };
}

export function Identities() {
  const { identities: words } = useSettingsWords();
  const { login } = useMessages();
  const [ways, again] = useResource('ways', fetchWays);
  const [search] = useSearchParams();
  // where a link that did not work leads back to
  const [error] = useState(() => search.get('error'));
  return (
    <Section title={words.title} lead={words.lead} testId="identities">
      {error !== null && (
        <p className={faultClass} role="alert">
          {textOf(login.errors, error)}
        </p>
      )}
      <Loaded resource={ways} again={again}>
        {(found) => <List ways={found} reload={again} />}
      </Loaded>
    </Section>
  );
}

function List({ ways: { providers, identities }, reload }: { ways: Ways; reload(): void }) {
  const { identities: words } = useSettingsWords();
  const locale = useLocale();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const { busy, fault, act } = useActing();
  const { takes, dialog } = useAgain(path);
  const [asking, ask] = useState<string | null>(null);
  const link = (id: string): void => act(() => beginLink(id, path), (address) => location.assign(address), takes('link'));
  const take = (id: string, name: string): void =>
    act(
      () => unlink(id),
      () => {
        show('good', words.unlinked(name));
        reload();
      },
      takes('unlink'),
    );
  const linked = new Map(identities.map((identity) => [identity.provider, identity]));
  return (
    <>
      {providers.map(({ id, name: names }) => {
        const identity = linked.get(id);
        const name = names[locale];
        const note = identity ? [identity.email, words.linkedSince(when(identity.linkedMs))].filter(Boolean).join(' · ') : words.notLinked;
        return (
          <div key={id} data-provider={id}>
            <Row label={name} lead={note}>
              {!identity && (
                <Button busy={busy} aria-label={words.linkLabel(name)} onClick={() => link(id)}>
                  {words.link}
                </Button>
              )}
              {identity && identities.length > 1 && (
                <Button busy={busy} aria-label={words.unlinkLabel(name)} onClick={() => ask(id)}>
                  {words.unlink}
                </Button>
              )}
            </Row>
            {asking === id && <Ask question={words.unlinkAsk(name)} yes={words.unlink} busy={busy} confirm={() => take(id, name)} cancel={() => ask(null)} />}
          </div>
        );
      })}
      {fault !== null && (
        <p className={faultClass} role="alert">
          {fault}
        </p>
      )}
      {dialog}
    </>
  );
}
