/** What else there is about a post: of one's own and of others'. */
import { useState } from 'react';
import type { Post } from '../api/posts';
import { useToasts } from '../state/toasts';
import { Ask } from '../ui/Ask';
import { IconButton } from '../ui/controls';
import { Dialog } from '../ui/Dialog';
import { Choice } from '../ui/form';
import social from '../social/social.module.css';
import { ComposerDialog } from './composer/lazy';
import { EditsDialog, PeopleDialog, ReportDialog } from './lazy';
import { reactionCount } from './reactions';
import type { Change, PostActs } from './usePostActs';
import { usePostWords } from './words';

interface PostMenuProps {
  post: Post;
  acts: PostActs;
  change: Change;
}

type Open = 'menu' | 'ask' | 'edit' | 'edits' | 'reactions' | 'report';

export function PostMenu({ post, acts, change }: PostMenuProps) {
  const { acts: words } = usePostWords();
  const show = useToasts((state) => state.show);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const isOut = post.state === 'published' && post.standing !== 'removed';
  const copy = (): void => {
    close();
    navigator.clipboard.writeText(`${location.origin}/p/${post.id}`).then(
      () => show('good', words.copied),
      // the browser does not let pages write there: the address of the page is the way
      () => undefined,
    );
  };
  return (
    <>
      <IconButton icon="more" variant="quiet" label={words.more(post.author.displayName)} aria-haspopup="dialog" data-testid="post-more" onClick={() => setOpen('menu')} />
      {(open === 'menu' || open === 'ask') && (
        <Dialog title={words.title} close={close}>
          <div className={social.choices} data-testid="post-choices">
            {open === 'ask' ? (
              <Ask question={words.removeAsk} yes={words.remove} busy={acts.busy} confirm={acts.remove} cancel={() => setOpen('menu')} />
            ) : (
              <>
                {isOut && 'clipboard' in navigator && <Choice icon="link" label={words.copy} act={copy} />}
                {isOut && reactionCount(post.reactions) > 0 && <Choice icon="smile" label={words.who} act={() => setOpen('reactions')} />}
                {post.editedMs !== null && <Choice icon="history" label={words.history} act={() => setOpen('edits')} />}
                {acts.mine && (
                  <>
                    {isOut && <Choice icon="pin" label={post.pinned ? words.unpin : words.pin} act={() => (close(), acts.pin(!post.pinned))} />}
                    {post.standing !== 'removed' && <Choice icon="pencil" label={words.edit} act={() => setOpen('edit')} />}
                    <Choice icon="trash" label={words.remove} act={() => setOpen('ask')} />
                  </>
                )}
                {!acts.mine && <Choice icon="shield" label={words.report} lead={words.reportLead} act={() => acts.asSomebody(() => setOpen('report'))} />}
              </>
            )}
          </div>
        </Dialog>
      )}
      {open === 'edit' && <ComposerDialog post={post} done={(now) => change(() => now)} close={close} />}
      {open === 'edits' && <EditsDialog id={post.id} close={close} />}
      {open === 'reactions' && <PeopleDialog post={post} of="reactions" close={close} />}
      {open === 'report' && <ReportDialog kind="post" id={post.id} onClose={close} />}
    </>
  );
}
