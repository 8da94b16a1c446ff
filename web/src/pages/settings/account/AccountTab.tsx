/** The account itself: its handle, how the place looks, the ways in, and the way out. */
import type { User } from '../../../app/api';
import { CloseAccount } from './CloseAccount';
import { HandleForm } from './HandleForm';
import { Identities } from './Identities';
import { SiteForm } from './SiteForm';

export function AccountTab({ me }: { me: User }) {
  return (
    <>
      <HandleForm />
      <SiteForm />
      <Identities />
      <CloseAccount me={me} />
    </>
  );
}
