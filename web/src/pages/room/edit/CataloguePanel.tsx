/** The furniture to choose from: search, families, colours, and a grid of pictures. */
import { useMemo, useState } from 'react';
import { useLocale, useMessages } from '../../../app/i18n';
import { ItemPicture } from '../../../app/pictures/ItemPicture';
import { classes, fieldClass } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';
import { catalogueItems, families } from '../../../world/catalogue';
import { ColorSwatches } from './ColorSwatches';
import styles from './edit.module.css';
import { searchCatalogue } from './search';

interface CataloguePanelProps {
  placing: string | null;
  count: number;
  countMax: number;
  place(kind: string, color: string): void;
}

export function CataloguePanel({ placing, count, countMax, place }: CataloguePanelProps) {
  const { edit } = useMessages();
  const locale = useLocale();
  const [query, setQuery] = useState('');
  const [family, setFamily] = useState('');
  const [color, setColor] = useState('');
  const found = useMemo(() => searchCatalogue(catalogueItems, family, query), [family, query]);
  return (
    <div className={styles.catalogue}>
      <div className={styles.search}>
        <Icon name="search" size={18} />
        <input
          className={fieldClass}
          type="search"
          value={query}
          placeholder={edit.search}
          aria-label={edit.search}
          data-testid="catalogue-search"
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <div className={styles.families} role="group" aria-label={edit.catalogue}>
        {[{ id: '', name: { ko: edit.all, en: edit.all } }, ...families].map(({ id, name }) => (
          <button key={id} type="button" aria-pressed={id === family} className={classes(styles.family, id === family && styles.chosen)} onClick={() => setFamily(id)}>
            {name[locale]}
          </button>
        ))}
      </div>
      <ColorSwatches color={color} choose={setColor} compact />
      <ul className={styles.grid} data-testid="catalogue">
        {found.map((item) => (
          <li key={item.kind}>
            <button
              type="button"
              className={classes(styles.piece, placing === item.kind && styles.chosen)}
              aria-label={edit.place(item.name[locale])}
              aria-pressed={placing === item.kind}
              title={item.name[locale]}
              data-kind={item.kind}
              onClick={() => place(item.kind, color)}
            >
              <ItemPicture kind={item.kind} color={color} size="100%" />
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles.none}>{edit.searchNone(query)}</p>}
      <p className={styles.count}>{edit.count(count, countMax)}</p>
    </div>
  );
}
