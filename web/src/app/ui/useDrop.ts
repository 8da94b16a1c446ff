/** Taking files that are dropped on a part of the page. */
import { useRef, useState, type DragEvent, type HTMLAttributes } from 'react';

type Ways = Pick<HTMLAttributes<HTMLElement>, 'onDragEnter' | 'onDragOver' | 'onDragLeave' | 'onDrop'>;

/** Words that are dragged are the page's own business. */
function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes('Files');
}

/** `over`: files are held above it, to be let go of. A file that is no good here is `take`'s to refuse: left to itself, the browser would leave the page for it. */
export function useDrop(take: (files: readonly File[]) => void): { over: boolean; ways: Ways } {
  const [over, setOver] = useState(false);
  // each part within tells of coming and going
  const depth = useRef(0);
  const within = (now: number): void => {
    depth.current = Math.max(now, 0);
    setOver(depth.current > 0);
  };
  return {
    over,
    ways: {
      onDragEnter: (event) => holdsFiles(event) && within(depth.current + 1),
      onDragLeave: (event) => holdsFiles(event) && within(depth.current - 1),
      onDragOver(event) {
        if (holdsFiles(event)) {
          event.preventDefault();
          event.dataTransfer.dropEffect = 'copy';
        }
      },
      onDrop(event) {
        if (holdsFiles(event)) {
          event.preventDefault();
          within(0);
          take([...event.dataTransfer.files]);
        }
      },
    },
  };
}

/** The files somebody pastes. Cells and paragraphs come with a picture of themselves: they are words, plain and formatted. */
export function pastedFiles({ files, types }: Pick<DataTransfer, 'files' | 'types'>): readonly File[] {
  return types.includes('text/plain') && types.includes('text/html') ? [] : [...files];
}
