/** Something behind a few words, until somebody wants to see it. */
import { useId, useState, type ReactNode } from 'react';
import { Button } from '../ui/controls';
import styles from './posts.module.css';
import { usePostWords } from './words';

export function Folded({ label, children }: { label: string; children: ReactNode }) {
  const { post: words } = usePostWords();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <div className={styles.fold}>
        <p>{label}</p>
        <Button aria-expanded={open} aria-controls={id} data-testid="unfold" onClick={() => setOpen(!open)}>
          {open ? words.hide : words.show}
        </Button>
      </div>
      <div id={id}>{open && children}</div>
    </>
  );
}
