/** The word mark: a floor tile and the name. */
import { Link } from 'wouter';
import { useMessages } from '../i18n';
import styles from './Brand.module.css';

export function Brand() {
  const { brand, common } = useMessages();
  return (
    <Link href="/" className={styles.brand} aria-label={common.homeOf}>
      <BrandMark />
      <span>{brand.name}</span>
    </Link>
  );
}

export function BrandMark({ size = 34 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 40 40" aria-hidden="true">
      <g stroke="#5a3d68" strokeWidth="2.4" strokeLinejoin="round">
        <path d="M20 12 36 20.5v5L20 34 4 25.5v-5Z" fill="#a87255" />
        <path d="M20 12 36 20.5 20 29 4 20.5Z" fill="#edc193" />
        <path d="M9.3 17.7 25.3 26.2M14.7 14.8 30.7 23.3" fill="none" strokeWidth="1.6" opacity=".45" />
        <path
          d="M20 22.5c-6-4.2-9-7.4-9-11A5 5 0 0 1 20 8.6a5 5 0 0 1 9 2.9c0 3.6-3 6.8-9 11Z"
          fill="#ee7f86"
        />
      </g>
      <path d="M14.6 11.5c.1-1.5 1-2.5 2.3-2.7" fill="none" stroke="#fff6f0" strokeWidth="1.9" strokeLinecap="round" />
    </svg>
  );
}
