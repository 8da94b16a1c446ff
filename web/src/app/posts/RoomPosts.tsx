/** The posts that hang in a room, for the panel beside it. */
import { useState } from 'react';
import { Button } from '../ui/controls';
import { ComposerDialog } from './composer/lazy';
import { PostList, useFeed } from './PostList';
import styles from './posts.module.css';
import { usePostWords } from './words';

interface RoomPostsProps {
  roomId: string;
  /** Whether the viewer may hang something here: the owner and editors may. */
  mayHang: boolean;
}

export function RoomPosts({ roomId, mayHang }: RoomPostsProps) {
  const { ofRoom: words } = usePostWords();
  const [writing, setWriting] = useState(false);
  const list = useFeed({ of: 'room', room: roomId });
  return (
    <div className={styles.ofRoom} data-testid="room-posts">
      {mayHang && (
        <Button icon="pencil" wide data-testid="hang" onClick={() => setWriting(true)}>
          {words.hang}
        </Button>
      )}
      <PostList list={list} label={words.label} empty={words.none} flat />
      {writing && (
        <ComposerDialog
          roomId={roomId}
          done={(post) => {
            if (post.state === 'published' && post.roomId === roomId) {
              list.edit((posts) => [post, ...posts]);
            }
          }}
          close={() => setWriting(false)}
        />
      )}
    </div>
  );
}
