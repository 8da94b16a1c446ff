/** The way to the sign-in that leads back to where one is, with what one looks at there. */
import { useLocation, useSearch } from 'wouter';

export function useSignInAddress(): string {
  // the address itself, as it is written: the hooks tell when it changes, and unescape it
  useLocation();
  useSearch();
  return `/login?return_to=${encodeURIComponent(`${location.pathname}${location.search}`)}`;
}
