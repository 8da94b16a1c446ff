/** After a deployment the chunks of the old page are gone: offers to load the new one. */
import { useEffect, useState } from 'react';
import { useMessages } from './i18n';
import styles from './NewVersion.module.css';
import { Button } from './ui/controls';

export function NewVersion() {
  const { crash } = useMessages();
  const [stale, setStale] = useState(false);
  useEffect(() => {
    const missed = (event: Event): void => {
      // the visitor decides when: a message may be half written
      event.preventDefault();
      setStale(true);
    };
    window.addEventListener('vite:preloadError', missed);
    return () => window.removeEventListener('vite:preloadError', missed);
  }, []);
  if (!stale) {
    return null;
  }
  return (
    <div className={styles.bar} role="alert">
      <span>{crash.newVersion}</span>
      <Button onClick={() => location.reload()}>{crash.refresh}</Button>
    </div>
  );
}
