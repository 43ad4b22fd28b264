import { createHash } from 'node:crypto';
import type { InputBlock, KnownBlock, View } from '@slack/types';
import type { Environment, Lineage } from '../../domain/key.ts';
import { capWords } from '../../domain/limits.ts';
import { NO_PROMISE } from '../../domain/policy.ts';
import {
  CONSUMERS_MAX,
  CONSUMERS_TEXT_MAX,
  type LineageFacts,
  MODELS_TEXT_MAX,
  WORKLOAD_MAX,
} from '../../services/inventory/change-lineage.ts';
import { INPUT, plain } from './action-modal.ts';
import { section } from './blocks.ts';
import { capital, escaped, foreign, plainForeign } from './text.ts';

export const EDIT_MODAL = 'key_edit';
export const EDIT_TITLE = 'Edit key';
export const EDIT_BLOCKS = {
  owner: 'owner',
  environment: 'environment',
  workload: 'workload',
  consumers: 'consumers',
  cap: 'cap',
  models: 'models',
  promise: 'promise',
} as const;
export type EditName = keyof typeof EDIT_BLOCKS;
export const EDIT_NAMES = Object.keys(EDIT_BLOCKS) as EditName[];
const PROMISE_TEXT_MAX = 60;
const HINT_MAX = 1_000;

/** As they stand in the fields, before anybody has checked them. */
export interface EditFields {
  readonly owner: string | null;
  readonly environment: Environment;
  readonly workload: string;
  readonly consumers: string;
  readonly cap: string;
  readonly models: string;
  readonly promise: string;
}

/** Of what was stored when the modal was filled in: the texts themselves would not fit into what a modal carries. */
export type EditPrints = Readonly<Record<EditName, string>>;

export interface EditModalState {
  readonly lineage: Lineage;
  readonly where: string;
  /** Owners may say what it is for and who uses it; responders also whose it is, where it belongs, its cap and its models. */
  readonly mayClassify: boolean;
  readonly fields: EditFields;
  /** As they are stored: what differs from these is what the person changed. */
  readonly base: EditFields;
  /** Names of policy's promises on the keeping of data. */
  readonly promises: readonly string[];
  /** What somebody else changed while this was open. */
  readonly meanwhile: readonly string[];
}

const ENVIRONMENTS: Readonly<Record<Environment, string>> = {
  production: 'Production',
  staging: 'Staging',
  development: 'Development',
  unknown: 'Unknown (counts as production)',
};

export function fieldsOf(facts: LineageFacts): EditFields {
  const { ownerSlackId, environment, workload, consumers, capMicroUsd, allowedModels, retention } = facts;
  return {
    owner: ownerSlackId,
    environment,
    workload: workload ?? '',
    consumers: consumers.join('\n'),
    cap: capMicroUsd === null ? 'none' : capWords(capMicroUsd).replace(/^\$| a month$/g, ''),
    models: allowedModels?.join('\n') ?? '',
    promise: retention ?? '',
  };
}

/** Tells whether a field is as it was. */
export function printOf(value: string | null): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64').slice(0, 12);
}

/** What people say of a key, filled in with what is known. */
export function editModal(state: EditModalState): View {
  const { lineage, where, mayClassify, fields, base, meanwhile } = state;
  const blocks: KnownBlock[] = [section(`*${escaped(lineage.slug)}*\n${foreign(where)}`)];
  if (meanwhile.length > 0) {
    const said = meanwhile.map((line) => `• ${line}`).join('\n');
    blocks.push(
      section(
        `:warning: *Nothing is saved yet: somebody else has changed this key.*\n${said}\nWhat you typed is still here; look at it and save again.`,
      ),
    );
  }
  // A field shows its filling only when its block is new.
  const id = (name: EditName) => `${EDIT_BLOCKS[name]}:${lineage.revision}`;
  if (mayClassify)
    blocks.push(ownerInput(id('owner'), fields.owner), environmentInput(id('environment'), fields.environment));
  blocks.push(
    textInput(id('workload'), {
      label: 'What is it for?',
      hint: 'For instance: answers support mails.',
      value: fields.workload,
      max: WORKLOAD_MAX,
    }),
    textInput(id('consumers'), {
      label: 'Who breaks when it stops?',
      hint: `Services, jobs or people, one a line, at most ${CONSUMERS_MAX}.`,
      value: fields.consumers,
      max: CONSUMERS_TEXT_MAX,
      multiline: true,
    }),
  );
  if (mayClassify) {
    const hint = 'A calendar month (UTC), watched here. The word none removes it.';
    blocks.push(textInput(id('cap'), { label: 'Monthly cap', hint, value: fields.cap, max: 30 }));
    blocks.push(...modelInputs(id, state));
  }
  const prints = Object.fromEntries(EDIT_NAMES.map((name) => [name, printOf(base[name])]));
  return {
    type: 'modal',
    callback_id: EDIT_MODAL,
    title: plain(EDIT_TITLE),
    submit: plain('Save'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ lineageId: lineage.id, revision: lineage.revision, mayClassify, base: prints }),
    blocks,
  };
}

function modelInputs(id: (name: EditName) => string, { fields, promises }: EditModalState): InputBlock[] {
  const known = promises.length === 0 ? 'policy.yml names none yet.' : `policy.yml knows ${promises.join(', ')}.`;
  return [
    textInput(id('models'), {
      label: 'Models that it may call',
      hint: 'Names or patterns such as gpt-5*, one a line; production that calls another one is told. Empty: as policy says. A * alone: all.',
      value: fields.models,
      max: MODELS_TEXT_MAX,
      multiline: true,
    }),
    textInput(id('promise'), {
      label: 'What was promised of its data',
      hint: plainForeign(`${known} Empty: as policy says. ${capital(NO_PROMISE)}: nothing was promised.`, HINT_MAX),
      value: fields.promise,
      max: PROMISE_TEXT_MAX,
    }),
  ];
}

export function ownerInput(blockId: string, owner: string | null): InputBlock {
  return {
    type: 'input',
    block_id: blockId,
    optional: true,
    label: plain('Owner'),
    element: { type: 'users_select', action_id: INPUT, ...(owner === null ? {} : { initial_user: owner }) },
  };
}

export function environmentInput(blockId: string, environment: Environment): InputBlock {
  const option = (value: Environment) => ({ text: plain(ENVIRONMENTS[value]), value });
  return {
    type: 'input',
    block_id: blockId,
    label: plain('Environment'),
    element: {
      type: 'static_select',
      action_id: INPUT,
      options: (Object.keys(ENVIRONMENTS) as Environment[]).map(option),
      initial_option: option(environment),
    },
  };
}

interface TextField {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly max: number;
  readonly multiline?: boolean;
  readonly isNeeded?: boolean;
}

export function textInput(
  blockId: string,
  { label, hint, value, max, multiline = false, isNeeded = false }: TextField,
): InputBlock {
  const shown = value.slice(0, max);
  return {
    type: 'input',
    block_id: blockId,
    optional: !isNeeded,
    label: plain(label),
    hint: plain(hint),
    element: {
      type: 'plain_text_input',
      action_id: INPUT,
      max_length: max,
      multiline,
      ...(shown === '' ? {} : { initial_value: shown }),
    },
  };
}
