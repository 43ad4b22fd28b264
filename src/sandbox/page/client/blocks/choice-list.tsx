import { useId } from 'react';
import type { Choice } from '../logic/form.ts';
import type { FieldProps } from './input-field.tsx';

/** Boxes to tick, one or several. Menus of which several can be chosen are shown like this too. */
export function ChoiceList({
  entry,
  onEnter,
  choices,
  isSingle,
}: FieldProps & { choices: readonly Choice[]; isSingle: boolean }) {
  const name = useId();
  const chosen = Array.isArray(entry) ? entry : entry === null ? [] : [String(entry)];
  const toggle = (value: string): void => {
    if (isSingle) onEnter(value);
    else onEnter(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
  };
  return (
    <div className="ks-choices">
      {choices.map(({ value, label, description }) => (
        <label key={value} className="ks-choice">
          <input
            type={isSingle ? 'radio' : 'checkbox'}
            name={name}
            checked={chosen.includes(value)}
            onChange={() => toggle(value)}
          />
          <span>
            {label}
            {description !== undefined && <small className="ks-hint">{description}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}
