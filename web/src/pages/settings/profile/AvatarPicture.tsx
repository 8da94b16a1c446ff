/** Choosing a picture of one's own for one's profile: it is there at once, without the form's save. */
import { useEffect, useRef, useState } from 'react';
import { putAvatar, removeAvatar, settled, upload, type Picture } from '../../../app/api/assets';
import { Blurred } from '../../../app/pictures/Blurred';
import { pictureFault, pictureTypes } from '../../../app/posts/limits';
import { usePostProblem } from '../../../app/posts/usePostProblem';
import { usePostWords } from '../../../app/posts/words';
import { useActing } from '../../../app/social/useActing';
import { useToasts } from '../../../app/state/toasts';
import { textOf } from '../../../app/i18n/messages';
import { Button, classes } from '../../../app/ui/controls';
import { useMessages } from '../../../app/i18n';
import { faultClass, smallClass } from '../../../app/ui/form';
import { Icon } from '../../../app/ui/Icon';
import { pastedFiles, useDrop } from '../../../app/ui/useDrop';
import { Section } from '../Section';
import styles from './profile.module.css';

/** Refused by what it is: asking again is of no use. */
class Refused extends Error {}

interface AvatarPictureProps {
  first: Picture | null;
  changed(): void;
}

export function AvatarPicture({ first, changed }: AvatarPictureProps) {
  const { avatar: words, composer, refusals } = usePostWords();
  const { common } = useMessages();
  const problem = usePostProblem();
  const show = useToasts((state) => state.show);
  const [picture, setPicture] = useState(first);
  const [sent, setSent] = useState<number | null>(null);
  const [kept, setKept] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController>(null);
  const { busy, fault, act } = useActing(false, (error) => (error instanceof Refused ? error.message : problem(error)));
  useEffect(() => () => abort.current?.abort(), []);

  const choose = (file: File | undefined): void => {
    const wrong = file ? pictureFault(file) : null;
    setKept(wrong === null ? null : composer.pictureFaults[wrong]);
    if (!file || wrong !== null) {
      return;
    }
    const mine = new AbortController();
    abort.current = mine;
    const { signal } = mine;
    act(
      async () => {
        setSent(0);
        try {
          const asset = await settled(await upload({ file, purpose: 'avatar', signal, progress: setSent }), signal);
          if (asset.state !== 'ready' || !asset.picture) {
            throw new Refused(textOf(refusals, asset.refusal ?? 'other'));
          }
          await putAvatar(asset.id);
          return asset.picture;
        } finally {
          setSent(null);
        }
      },
      (chosen) => {
        setPicture(chosen);
        changed();
        show('good', words.saved);
      },
      () => signal.aborted,
    );
  };
  const remove = (): void =>
    act(removeAvatar, () => {
      setPicture(null);
      changed();
      show('good', words.removed);
    });
  const { over, ways } = useDrop(([file]) => busy || choose(file));
  return (
    <Section title={words.title} lead={words.lead} testId="avatar-picture">
      <div
        className={classes(styles.ownPicture, over && styles.dropping)}
        {...ways}
        onPaste={({ clipboardData }) => choose(pastedFiles(clipboardData)[0])}
      >
        <span className={styles.ownFace} role="img" aria-label={picture ? words.preview : words.none}>
          {picture ? <Blurred picture={picture} size="thumb" alt="" /> : <Icon name="picture" size={30} />}
        </span>
        <div className={styles.ownActs}>
          <input
            ref={input}
            type="file"
            className="visually-hidden"
            accept={pictureTypes.join(',')}
            tabIndex={-1}
            aria-label={words.choose}
            data-testid="avatar-file"
            onChange={(event) => {
              choose(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
          <Button icon="picture" busy={busy} onClick={() => input.current?.click()}>
            {picture ? words.change : words.choose}
          </Button>
          {sent !== null && (
            <Button variant="quiet" data-testid="stop-avatar" onClick={() => abort.current?.abort()}>
              {common.cancel}
            </Button>
          )}
          {picture && sent === null && (
            <Button variant="quiet" busy={busy} data-testid="remove-avatar" onClick={remove}>
              {words.remove}
            </Button>
          )}
        </div>
      </div>
      <p className={smallClass} role="status">
        {busy && (sent === null || sent === 1 ? composer.processing : composer.sending(Math.round(sent * 100)))}
      </p>
      {(kept ?? fault) !== null && (
        <p className={faultClass} role="alert">
          {kept ?? fault}
        </p>
      )}
    </Section>
  );
}
