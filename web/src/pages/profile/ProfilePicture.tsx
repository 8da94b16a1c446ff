/** The picture somebody has chosen, beside their figure, and large. */
import { lazy, Suspense, useState } from 'react';
import type { Picture } from '../../app/api/assets';
import { Blurred } from '../../app/pictures/Blurred';
import { usePostWords } from '../../app/posts/words';
import styles from './profile.module.css';

const PictureViewer = lazy(async () => ({ default: (await import('../../app/posts/PictureViewer')).PictureViewer }));

export function ProfilePicture({ picture, name }: { picture: Picture; name: string }) {
  const { avatar: words } = usePostWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={styles.face} aria-label={picture.alt === '' ? words.of(name) : `${words.of(name)}: ${picture.alt}`} aria-haspopup="dialog" data-testid="profile-picture" onClick={() => setOpen(true)}>
        <Blurred picture={picture} size="thumb" alt="" />
      </button>
      {open && (
        <Suspense>
          <PictureViewer pictures={[picture]} first={0} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
