/** Follow, asked, following: one button that does the next thing. */
import { put, take, type Relation } from '../api/people';
import { useToasts } from '../state/toasts';
import { Button } from '../ui/controls';
import type { Relating } from './useRelation';
import { useSocialWords } from './words';

interface FollowButtonProps {
  handle: string;
  name: string;
  relation: Relation;
  relating: Relating;
  wide?: boolean;
}

export function FollowButton({ handle, name, relation, relating: { busy, change }, wide = false }: FollowButtonProps) {
  const { relation: words } = useSocialWords();
  const show = useToasts((state) => state.show);
  if (relation.following || relation.requested) {
    const label = relation.following ? words.unfollowLabel(name) : words.requestedLabel(name);
    return (
      <Button icon="check" wide={wide} busy={busy} aria-label={label} title={label} data-testid="follow" data-state={relation.following ? 'following' : 'requested'} onClick={() => change(() => take(handle, 'follow'))}>
        {relation.following ? words.following : words.requested}
      </Button>
    );
  }
  const follow = (): void =>
    change(
      () => put(handle, 'follow'),
      ({ requested }) => {
        if (requested) {
          show('good', words.nowRequested(name));
        }
      },
    );
  return (
    <Button variant="primary" icon="follow" wide={wide} busy={busy} data-testid="follow" data-state="none" onClick={follow}>
      {words.follow}
    </Button>
  );
}
