/** Ways to find somebody elsewhere. */
import { useLayoutEffect, useRef } from 'react';
import type { ProfileLink } from '../../../app/api/people';
import { Button, fieldClass, IconButton } from '../../../app/ui/controls';
import { Section } from '../Section';
import { useSettingsWords } from '../words';
import { completed, linksMax } from './links';
import styles from './profile.module.css';

interface LinksEditorProps {
  links: readonly ProfileLink[];
  change(links: readonly ProfileLink[]): void;
}

export function LinksEditor({ links, change }: LinksEditorProps) {
  const { profile: words } = useSettingsWords();
  const list = useRef<HTMLUListElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const focus = useRef<'new' | 'next' | null>(null);
  useLayoutEffect(() => {
    if (focus.current === 'new') {
      list.current?.querySelector<HTMLElement>('li:last-child input')?.focus();
    } else if (focus.current === 'next') {
      add.current?.focus();
    }
    focus.current = null;
  });
  const set = (at: number, link: Partial<ProfileLink>): void => change(links.map((each, index) => (index === at ? { ...each, ...link } : each)));
  return (
    <Section title={words.links} lead={words.linksLead(linksMax)}>
      <ul ref={list} className={styles.links} aria-label={words.links}>
        {links.map((link, at) => (
          // two links may be the same: their place is all that tells them apart
          // eslint-disable-next-line react/no-array-index-key
          <li key={at} className={styles.link}>
            <input className={fieldClass} value={link.label} aria-label={words.linkLabel(at + 1)} placeholder={words.linkLabel(at + 1)} autoComplete="off" onChange={(event) => set(at, { label: event.target.value })} />
            <input
              className={fieldClass}
              value={link.url}
              type="url"
              inputMode="url"
              aria-label={words.linkUrl(at + 1)}
              placeholder="https://"
              autoComplete="off"
              onChange={(event) => set(at, { url: event.target.value })}
              onBlur={(event) => set(at, { url: completed(event.target.value) })}
            />
            <IconButton
              icon="trash"
              variant="quiet"
              label={words.linkRemove(at + 1)}
              onClick={() => {
                focus.current = 'next';
                change(links.filter((_, index) => index !== at));
              }}
            />
          </li>
        ))}
      </ul>
      {links.length < linksMax && (
        <Button
          ref={add}
          icon="plus"
          data-testid="add-link"
          onClick={() => {
            focus.current = 'new';
            change([...links, { label: '', url: '' }]);
          }}
        >
          {words.linkAdd}
        </Button>
      )}
    </Section>
  );
}
