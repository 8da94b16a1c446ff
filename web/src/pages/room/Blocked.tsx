/** Why one cannot be in this room, and what can be done. */
import { useMessages } from '../../app/i18n';
import { Button, ButtonLink } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';
import { useSignInAddress } from '../../app/state/signInAddress';
import { useRoomWords } from './words';

export type Block = 'full' | 'locked' | 'kicked' | 'banned' | 'crowded' | 'gone' | 'forbidden' | 'sign_in' | 'replaced' | 'broken';

interface BlockedProps {
  block: Block;
  /** Who is signed in can be refused for who they are; a guest may only lack a name. */
  guest?: boolean;
  again(): void;
}

export function Blocked({ block, guest = false, again }: BlockedProps) {
  const { blocked, common } = useMessages();
  const signIn = useSignInAddress();
  const { blocked: more } = useRoomWords();
  const words = {
    full: [blocked.fullTitle, blocked.full],
    locked: [more.lockedTitle, more.locked],
    kicked: [more.kickedTitle, more.kicked],
    banned: [more.bannedTitle, more.banned],
    crowded: [more.crowdedTitle, more.crowded],
    gone: [blocked.goneTitle, blocked.gone],
    forbidden: [blocked.forbiddenTitle, blocked.forbidden],
    sign_in: [blocked.signInTitle, blocked.signIn],
    replaced: [blocked.replacedTitle, blocked.replaced],
    broken: [blocked.brokenTitle, blocked.broken],
  } as const;
  const [title, lead] = words[block];
  return (
    <Notice title={title} lead={lead}>
      {(block === 'sign_in' || (block === 'forbidden' && guest)) && (
        <ButtonLink href={signIn} variant="primary">
          {common.signIn}
        </ButtonLink>
      )}
      {block === 'replaced' && (
        <Button variant="primary" onClick={again}>
          {blocked.comeBackHere}
        </Button>
      )}
      {block === 'kicked' && (
        <Button variant="primary" onClick={again}>
          {more.comeIn}
        </Button>
      )}
      {(block === 'full' || block === 'locked' || block === 'crowded') && (
        <Button variant="primary" onClick={again}>
          {more.knock}
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
