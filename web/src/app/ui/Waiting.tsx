/** A page on its way: the mark breathes. */
import { useMessages } from '../i18n';
import { BrandMark } from './Brand';
import styles from './Waiting.module.css';

export function Waiting() {
  const { common } = useMessages();
  return (
    <main className={styles.page} aria-busy="true">
      <h1 className="visually-hidden">{common.loading}</h1>
      <div className={styles.mark}>
        <BrandMark size={72} />
      </div>
    </main>
  );
}
