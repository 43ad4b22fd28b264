import type { View } from '@slack/types';
import { CONSUMERS_TEXT_MAX, WORKLOAD_MAX } from '../../services/inventory/change-lineage.ts';
import { LABEL_MAX, PROVIDER_MAX } from '../../services/sheets/read-registration.ts';
import { plain } from './action-modal.ts';
import { section } from './blocks.ts';
import { environmentInput, ownerInput, textInput } from './edit-modal.ts';

export const REGISTER_MODAL = 'key_register';
export const REGISTER_TITLE = 'Register a key';
export const REGISTER_BLOCKS = {
  provider: 'provider',
  label: 'label',
  hint: 'hint',
  owner: 'owner',
  environment: 'environment',
  workload: 'workload',
  consumers: 'consumers',
} as const;
const HINT_ROOM = 200;

/** Asks for what is known of a key that nobody can list; never for the key. */
export function registerModal(): View {
  const ids = REGISTER_BLOCKS;
  return {
    type: 'modal',
    callback_id: REGISTER_MODAL,
    title: plain(REGISTER_TITLE),
    submit: plain('Register'),
    close: plain('Cancel'),
    blocks: [
      section(
        'For a key of a provider, or of an account, that is not connected. It gets an owner and a place in the lists; *nobody watches what it spends*. Never type the whole key.',
      ),
      textInput(ids.provider, {
        label: 'Provider',
        hint: 'As people call it.',
        value: '',
        max: PROVIDER_MAX,
        isNeeded: true,
      }),
      textInput(ids.label, {
        label: 'Label',
        hint: 'For instance: search-prod. It becomes its name here.',
        value: '',
        max: LABEL_MAX,
        isNeeded: true,
      }),
      textInput(ids.hint, {
        label: 'Beginning and last four',
        hint: 'For instance: sk-ab…9f2a. Enough to tell it from others, never the key.',
        value: '',
        max: HINT_ROOM,
      }),
      ownerInput(ids.owner, null),
      environmentInput(ids.environment, 'unknown'),
      textInput(ids.workload, {
        label: 'What is it for?',
        hint: 'For instance: answers support mails.',
        value: '',
        max: WORKLOAD_MAX,
      }),
      textInput(ids.consumers, {
        label: 'Who breaks when it stops?',
        hint: 'Services, jobs or people, one a line.',
        value: '',
        max: CONSUMERS_TEXT_MAX,
        multiline: true,
      }),
    ],
  };
}
