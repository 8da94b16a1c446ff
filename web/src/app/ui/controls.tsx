/** Buttons and links in the house style. */
import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react';
import { Link } from 'wouter';
import styles from './controls.module.css';
import { Icon, type IconName } from './Icon';

type Variant = 'plain' | 'primary' | 'quiet';
type Shape = 'text' | 'round' | 'square' | 'large';

export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

function look(variant: Variant, shape: Shape, wide: boolean): string {
  return classes(
    styles.button,
    variant === 'primary' && styles.primary,
    variant === 'quiet' && styles.quiet,
    shape !== 'text' && styles[shape],
    wide && styles.wide,
  );
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  ref?: Ref<HTMLButtonElement>;
  variant?: Variant;
  shape?: Shape;
  wide?: boolean;
  icon?: IconName;
  /** Does nothing just now, and keeps the focus meanwhile, which a disabled button loses. */
  busy?: boolean;
}

export function Button({ variant = 'plain', shape = 'text', wide = false, icon, busy = false, className, onClick, children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={classes(look(variant, shape, wide), className)} aria-disabled={busy || undefined} onClick={busy ? stop : onClick} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A form is not sent either. */
export function stop(event: MouseEvent): void {
  event.preventDefault();
}

/** A button that shows only an icon: its label is read out and shown on hover. */
export function IconButton({ label, shape = 'round', ...rest }: Omit<ButtonProps, 'children'> & { label: string; icon: IconName }) {
  return <Button shape={shape} aria-label={label} title={label} {...rest} />;
}

interface ButtonLinkProps {
  href: string;
  variant?: Variant;
  shape?: Shape;
  wide?: boolean;
  icon?: IconName;
  label?: string;
  className?: string | undefined;
  children?: ReactNode;
}

export function ButtonLink({ href, variant = 'plain', shape = 'text', wide = false, icon, label, className, children }: ButtonLinkProps) {
  return (
    <Link href={href} className={classes(look(variant, shape, wide), className)} aria-label={label} title={label}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

export function Chip({ tone, children }: { tone?: 'good' | 'waiting'; children: ReactNode }) {
  return <span className={classes(styles.chip, tone && styles[tone])}>{children}</span>;
}

export const fieldClass = styles.field ?? '';
export const cardClass = styles.card ?? '';
export const dotClass = styles.dot ?? '';
