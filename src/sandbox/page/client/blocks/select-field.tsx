import { type Choice, words } from '../logic/form.ts';
import type { FieldProps } from './input-field.tsx';

export function SelectField({
  element,
  entry,
  onEnter,
  id,
  label,
  describedBy,
  isWrong,
  choices,
}: FieldProps & { choices: readonly Choice[] }) {
  const groups = [...new Set(choices.map(({ group }) => group))];
  return (
    <select
      className="ks-field"
      value={String(entry ?? '')}
      onChange={({ target }) => onEnter(target.value === '' ? null : target.value)}
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={isWrong === true}
    >
      <option value="">{words(element['placeholder']) || 'Choose…'}</option>
      {groups.map((group) => {
        const options = choices
          .filter((choice) => choice.group === group)
          .map(({ value, label: name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ));
        if (group === undefined) return options;
        return (
          <optgroup key={group} label={group}>
            {options}
          </optgroup>
        );
      })}
    </select>
  );
}
