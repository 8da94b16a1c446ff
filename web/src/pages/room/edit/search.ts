/** Finding furniture by name, in either language. */
import type { CatalogueItem } from '../../../world/catalogue';

const tidy = (text: string): string => text.normalize('NFC').toLowerCase().replaceAll(/\s+/g, '');

/** Pieces of a family ("" for all) whose Korean or English name holds the query. */
export function searchCatalogue(items: readonly CatalogueItem[], family: string, query: string): CatalogueItem[] {
  const wanted = tidy(query);
  return items.filter(
    (item) =>
      (family === '' || item.family === family) &&
      (wanted === '' || tidy(item.name.ko).includes(wanted) || tidy(item.name.en).includes(wanted) || tidy(item.kind.replaceAll('_', ' ')).includes(wanted)),
  );
}
