/** What became of what one sent. */
import type { Post } from '../../api/posts';

export type Outcome = 'published' | 'scheduled' | 'saved' | 'held' | 'masked';

/** A text as the server keeps it when nothing in it is covered. */
function kept(text: string): string {
  return text.trim().replaceAll('\r\n', '\n').replaceAll('\t', ' ').normalize('NFC');
}

interface Sent {
  readonly text: string;
  readonly warning: string;
}

export function outcomeOf(sent: Sent, post: Post, wasOut: boolean): Outcome {
  if (post.standing === 'held') {
    return 'held';
  }
  if (post.state === 'draft') {
    return 'saved';
  }
  if (kept(sent.text) !== kept(post.text) || kept(sent.warning) !== kept(post.warning)) {
    return 'masked';
  }
  return post.state === 'scheduled' ? 'scheduled' : wasOut ? 'saved' : 'published';
}
