/** Parts of forms: a field with its words, a row with a control at its end, a switch, one of a few. */
import { useId, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes } from 'react';
import { classes, fieldClass } from './controls';
import { Icon, type IconName } from './Icon';
import styles from './form.module.css';

interface FieldWords {
  label: string;
  hint?: string | undefined;
  /** What is wrong with what was typed. */
  fault?: string | null | undefined;
  /** How much is written, and how much fits. */
  count?: readonly [number, number];
}

type FieldProps = FieldWords & InputHTMLAttributes<HTMLInputElement>;
type AreaProps = FieldWords & TextareaHTMLAttributes<HTMLTextAreaElement>;

export function Field({ label, hint, fault, count, className, ...rest }: FieldProps) {
  const id = useId();
  return (
    <Worded id={id} label={label} hint={hint} fault={fault} {...(count ? { count } : {})}>
      <input id={id} className={classes(fieldClass, className)} autoComplete="off" aria-invalid={Boolean(fault)} aria-describedby={`${id}-words`} {...rest} />
    </Worded>
  );
}

export function Area({ label, hint, fault, count, className, ...rest }: AreaProps) {
  const id = useId();
  return (
    <Worded id={id} label={label} hint={hint} fault={fault} {...(count ? { count } : {})}>
      <textarea id={id} className={classes(fieldClass, styles.area, className)} aria-invalid={Boolean(fault)} aria-describedby={`${id}-words`} {...rest} />
    </Worded>
  );
}

function Worded({ id, label, hint, fault, count, children }: FieldWords & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <div className={styles.above}>
        <label className={styles.label} htmlFor={id}>
          {label}
        </label>
        {count && (
          <span className={classes(styles.count, count[0] > count[1] && styles.tooMuch)}>
            {count[0]} / {count[1]}
          </span>
        )}
      </div>
      {children}
      <p id={`${id}-words`} className={fault ? styles.fault : styles.small} role={fault ? 'alert' : undefined}>
        {fault ?? hint}
      </p>
    </div>
  );
}

interface RowProps {
  label: ReactNode;
  lead?: string | undefined;
  children?: ReactNode;
}

export function Row({ label, lead, children }: RowProps) {
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <b>{label}</b>
        {lead && <span className={styles.small}>{lead}</span>}
      </div>
      {children}
    </div>
  );
}

interface SwitchProps {
  name: string;
  label: string;
  lead?: string | undefined;
  on: boolean;
  disabled?: boolean;
  turn(on: boolean): void;
}

export function Switch({ name, label, lead, on, disabled = false, turn }: SwitchProps) {
  const id = useId();
  return (
    <Row label={<label htmlFor={id}>{label}</label>} lead={lead}>
      <input id={id} type="checkbox" role="switch" className={styles.switch} aria-checked={on} checked={on} disabled={disabled} data-testid={`switch-${name}`} onChange={(event) => turn(event.target.checked)} />
    </Row>
  );
}

interface OneOfProps<Id extends string> {
  label: string;
  lead?: string | undefined;
  options: readonly { readonly id: Id; readonly label: string; readonly lead?: string }[];
  chosen: Id;
  choose(id: Id): void;
}

export function OneOf<Id extends string>({ label, lead, options, chosen, choose }: OneOfProps<Id>) {
  const name = useId();
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.label}>{label}</legend>
      {lead && <p className={styles.small}>{lead}</p>}
      <div className={styles.options}>
        {options.map((each) => (
          <label key={each.id} className={classes(styles.option, each.id === chosen && styles.chosen)}>
            <input type="radio" name={name} value={each.id} checked={each.id === chosen} onChange={() => choose(each.id)} />
            <b>{each.label}</b>
            {each.lead && <span className={styles.small}>{each.lead}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface ChoiceProps {
  icon: IconName;
  label: string;
  lead?: string | undefined;
  busy?: boolean;
  act(): void;
}

/** One of several things to do, in a list. */
export function Choice({ icon, label, lead, busy = false, act }: ChoiceProps) {
  return (
    <button type="button" className={styles.choice} aria-disabled={busy || undefined} onClick={busy ? undefined : act}>
      <Icon name={icon} />
      <span className={styles.words}>
        <b>{label}</b>
        {lead && <span className={styles.small}>{lead}</span>}
      </span>
    </button>
  );
}

export const choiceClass = styles.choice ?? '';
export const smallClass = styles.small ?? '';
export const faultClass = styles.fault ?? '';
export const labelClass = styles.label ?? '';
export const wordsClass = styles.words ?? '';
