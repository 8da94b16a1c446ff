/** A page that is there for whoever is signed in, and shows others the way. */
import type { ReactNode } from 'react';
import type { User } from '../api';
import { useMessages } from '../i18n';
import { useMe } from '../state/me';
import { useSignInAddress } from '../state/signInAddress';
import { ButtonLink } from './controls';
import { Notice } from './Notice';
import { Waiting } from './Waiting';

interface SignedInPageProps {
  title: string;
  /** Why one should sign in. */
  lead: string;
  children(me: User): ReactNode;
}

export function SignedInPage({ title, lead, children }: SignedInPageProps) {
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  const signIn = useSignInAddress();
  if (me === undefined) {
    return <Waiting />;
  }
  if (me === null) {
    return (
      <Notice title={title} lead={lead} alone>
        <ButtonLink href={signIn} variant="primary">
          {common.signIn}
        </ButtonLink>
        <ButtonLink href="/">{common.home}</ButtonLink>
      </Notice>
    );
  }
  return children(me);
}
