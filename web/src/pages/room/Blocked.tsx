/** Why one cannot be in this room, and what can be done. */
import { useLocation } from 'wouter';
import { useMessages } from '../../app/i18n';
import { Button, ButtonLink } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';

export type Block = 'full' | 'gone' | 'forbidden' | 'sign_in' | 'replaced' | 'broken';

export function Blocked({ block, again }: { block: Block; again(): void }) {
  const { blocked, common } = useMessages();
  const [path] = useLocation();
  const words = {
    full: [blocked.fullTitle, blocked.full],
    gone: [blocked.goneTitle, blocked.gone],
    forbidden: [blocked.forbiddenTitle, blocked.forbidden],
    sign_in: [blocked.signInTitle, blocked.signIn],
    replaced: [blocked.replacedTitle, blocked.replaced],
    broken: [blocked.brokenTitle, blocked.broken],
  } as const;
  const [title, lead] = words[block];
  return (
    <Notice title={title} lead={lead}>
      {block === 'sign_in' && (
        <ButtonLink href={`/login?return_to=${encodeURIComponent(path)}`} variant="primary">
          {common.signIn}
        </ButtonLink>
      )}
      {block === 'replaced' && (
        <Button variant="primary" onClick={again}>
          {blocked.comeBackHere}
        </Button>
      )}
      {block === 'full' && (
        <Button variant="primary" onClick={again}>
          {common.retry}
        </Button>
      )}
      {block === 'broken' && (
        <Button variant="primary" onClick={() => location.reload()}>
          {blocked.reload}
        </Button>
      )}
      <ButtonLink href="/">{blocked.otherRooms}</ButtonLink>
    </Notice>
  );
}
