import { words } from '../logic/form.ts';
import type { FieldProps } from './input-field.tsx';

export function TextField({ element, entry, onEnter, id, label, describedBy, isWrong, isOptional }: FieldProps) {
  const type = String(element['type']);
  const max = element['max_length'];
  const shared = {
    ...(id === undefined ? {} : { id }),
    ...(typeof max === 'number' ? { maxLength: max } : {}),
    className: 'ks-field',
    value: String(entry ?? ''),
    placeholder: words(element['placeholder']),
    autoComplete: 'off',
    spellCheck: false,
    'aria-label': label,
    'aria-describedby': describedBy,
    'aria-invalid': isWrong === true,
    'aria-required': isOptional !== true,
  };
  const enter = ({ target }: { target: { value: string } }): void => onEnter(target.value === '' ? null : target.value);
  if (element['multiline'] === true || type === 'rich_text_input')
    return <textarea {...shared} rows={4} onChange={enter} />;
  // A number is typed as text: what is wrong with it is said in words, not swallowed by the browser.
  return <input {...shared} type="text" inputMode={type === 'number_input' ? 'decimal' : 'text'} onChange={enter} />;
}
