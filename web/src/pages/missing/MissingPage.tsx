/** The page of an address that leads nowhere. */
import { usePageTitle } from '../../app/pageTitle';
import { useMessages } from '../../app/i18n';
import { ButtonLink } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';

export function MissingPage() {
  const { missing } = useMessages();
  usePageTitle(missing.title);
  return (
    <Notice title={missing.title} lead={missing.lead} alone>
      <ButtonLink href="/" variant="primary" icon="home">
        {missing.goHome}
      </ButtonLink>
    </Notice>
  );
}
