/** A text with its tags, handles and links to follow. */
import { Fragment, useMemo } from 'react';
import { Link } from 'wouter';
import { parts, type Part } from './richText';
import styles from './posts.module.css';

export function RichText({ text }: { text: string }) {
  const all = useMemo(() => parts(text), [text]);
  return (
    <p className={styles.text} data-testid="post-text">
      {all.map((part, at) => (
        // parts are made of the text alone and never move
        // eslint-disable-next-line react/no-array-index-key
        <Fragment key={at}>
          <Shown part={part} />
        </Fragment>
      ))}
    </p>
  );
}

function Shown({ part }: { part: Part }) {
  switch (part.kind) {
    case 'words':
      return part.text;
    case 'tag':
      return (
        <Link href={tagAddress(part.tag)} className={styles.within}>
          {part.text}
        </Link>
      );
    case 'mention':
      return (
        <Link href={`/u/${part.handle}`} className={styles.within}>
          {part.text}
        </Link>
      );
    case 'link':
      return (
        <a href={part.url} className={styles.within} target="_blank" rel="noopener nofollow ugc">
          {part.text}
        </a>
      );
  }
}

export function tagAddress(tag: string): string {
  return `/tags/${encodeURIComponent(tag)}`;
}
