/** Where a room is on this site. */

interface Addressed {
  readonly id: string;
  readonly owner: { readonly handle: string };
  /** Known of some: whether the owner's own address leads to it. */
  readonly isFront?: boolean;
}

/** A front room has its owner's address; the page sends whoever comes by the longer one there. */
export function roomAddress({ id, owner, isFront = false }: Addressed): string {
  return isFront ? `/r/${owner.handle}` : `/r/${owner.handle}/${id}`;
}
