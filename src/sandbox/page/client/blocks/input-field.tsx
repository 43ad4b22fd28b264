import type { JsonObject } from '../../../slack/json.ts';
import type { PageEntry } from '../../protocol.ts';
import { type Choice, choicesOf, localOf, secondsOf } from '../logic/form.ts';
import { usePage } from '../page-context.ts';
import { ChoiceList } from './choice-list.tsx';
import { SelectField } from './select-field.tsx';
import { TextField } from './text-field.tsx';

export interface FieldProps {
  readonly element: JsonObject;
  readonly entry: PageEntry;
  readonly onEnter: (entry: PageEntry) => void;
  readonly id?: string;
  /** The name of a field that has no label of its own on the screen. */
  readonly label?: string;
  readonly describedBy?: string;
  readonly isWrong?: boolean;
  readonly isOptional?: boolean;
}

const TEXTS = new Set(['plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'rich_text_input']);
const GROUPS = new Set([
  'checkboxes',
  'radio_buttons',
  'multi_static_select',
  'multi_users_select',
  'multi_conversations_select',
  'multi_channels_select',
]);
const SELECTS = new Set(['static_select', 'users_select', 'conversations_select', 'channels_select']);
// Their choices come from the app by a way that the page does not have; what is typed is the value.
const TYPED = new Set(['external_select', 'multi_external_select']);
const PICKERS: Readonly<Record<string, string>> = {
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
};

export function isInputType(type: string): boolean {
  return TEXTS.has(type) || GROUPS.has(type) || SELECTS.has(type) || TYPED.has(type) || PICKERS[type] !== undefined;
}

/** Several controls under one name. */
export function isGroupType(type: string): boolean {
  return GROUPS.has(type);
}

/** The page's own inputs: what is entered in the library's cannot be read, and most have no keyboard. */
export function InputField(props: FieldProps) {
  const type = String(props.element['type']);
  const choices = useChoices(props.element, type);
  if (GROUPS.has(type)) return <ChoiceList {...props} choices={choices} isSingle={type === 'radio_buttons'} />;
  if (SELECTS.has(type)) return <SelectField {...props} choices={choices} />;
  const picker = PICKERS[type];
  if (picker !== undefined) return <PickerField {...props} picker={picker} />;
  if (TEXTS.has(type) || TYPED.has(type)) return <TextField {...props} />;
  return <p className="ks-unknown">This kind of input ({type}) cannot be filled in here.</p>;
}

function useChoices(element: JsonObject, type: string): readonly Choice[] {
  const { people, channels } = usePage();
  if (type.endsWith('users_select')) {
    return people
      .filter((one) => !one.isDeactivated && !one.isBot)
      .map(({ id, realName, name }) => ({ value: id, label: `${realName || name} (@${name})` }));
  }
  if (type.endsWith('conversations_select') || type.endsWith('channels_select')) {
    return channels.map(({ id, name, kind }) => ({ value: id, label: kind === 'direct' ? name : `#${name}` }));
  }
  return choicesOf(element);
}

function PickerField({ picker, entry, onEnter, id, label, describedBy, isWrong }: FieldProps & { picker: string }) {
  const isInstant = picker === 'datetime-local';
  return (
    <span className="ks-picker">
      <input
        className="ks-field"
        type={picker}
        value={isInstant ? localOf(entry) : String(entry ?? '')}
        onChange={({ target }) => onEnter(isInstant ? secondsOf(target.value) : target.value || null)}
        {...(id === undefined ? {} : { id })}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={isWrong === true}
      />
      {picker !== 'date' && <span className="ks-hint">UTC</span>}
    </span>
  );
}
