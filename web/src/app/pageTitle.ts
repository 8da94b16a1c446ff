/** The title of the window. */
import { useEffect } from 'react';
import { useMessages } from './i18n';

export function usePageTitle(title: string): void {
  const { brand } = useMessages();
  useEffect(() => {
    document.title = title === '' ? brand.name : `${title} · ${brand.name}`;
  }, [title, brand.name]);
}
