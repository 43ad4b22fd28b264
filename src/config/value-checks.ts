import type { AdminKeyForm } from '../ports/provider.ts';

/** What is wrong with a value, in the words of a Fault. The value itself is never part of it. */
export interface Complaint {
  readonly problem: string;
  readonly fix: string;
}

// What a credential is, told by how it begins; the first match counts, so longer beginnings stand first.
const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ['sk-ant-admin', 'an Anthropic admin key'],
  ['sk-ant-api', 'an Anthropic inference key'],
  ['sk-ant-o', 'a short-lived Anthropic OAuth token'],
  ['sk-ant-', 'an Anthropic key of another kind'],
  ['sk-admin-', 'an OpenAI admin key'],
  ['sk-proj-', 'an OpenAI project key, which is an inference key'],
  ['sk-svcacct-', 'an OpenAI service-account key, which is an inference key'],
  ['sk-or-', 'an OpenRouter key'],
  ['sk-', 'an inference key'],
  ['xoxb-', 'a Slack bot token'],
  ['xoxp-', 'a Slack user token'],
  ['xapp-', 'a Slack app-level token'],
  ['xoxe', 'a rotating Slack token'],
  ['xox', 'a Slack token of another kind'],
];

const QUOTED = /^(["'`]).*\1$/s;
const WHITESPACE_OR_CONTROL = /[\s\p{Cc}]/u;
const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;

export function kindOf(value: string): string | undefined {
  return KINDS.find(([prefix]) => value.startsWith(prefix))?.[1];
}

/** Marks left by copying: quotes and blanks around a value. */
export function untidy(value: string): Complaint | undefined {
  if (QUOTED.test(value.trim())) {
    return { problem: 'has quotes around its value', fix: 'Remove the quotes; they were taken as part of the value.' };
  }
  if (value.trim() !== value) {
    return {
      problem: 'has a blank or line break before or after its value',
      fix: 'Remove it and keep the bare value.',
    };
  }
  return undefined;
}

/** What would break, or betray, a credential that is sent in a header. */
export function untidySecret(value: string): Complaint | undefined {
  const around = untidy(value);
  if (around !== undefined) return around;
  if (WHITESPACE_OR_CONTROL.test(value)) {
    return {
      problem: 'has a blank or line break inside',
      fix: 'Copy it again as one line; it may be two values in one.',
    };
  }
  if (!PRINTABLE_ASCII.test(value)) {
    return {
      problem: 'has a character that no key contains (a curly quote, a dot for hidden text, an invisible mark)',
      fix: 'Copy it again from where it was created.',
    };
  }
  return undefined;
}

/** Checks an admin key's form. Only for the public address: a stand-in takes anything. */
export function wrongAdminKey(form: AdminKeyForm, value: string): Complaint | undefined {
  if (value.startsWith(form.prefix)) return undefined;
  return {
    problem: `is ${kindOf(value) ?? 'not in the form of an admin key'}`,
    fix: `An admin key starts with ${form.shown ?? form.prefix}. Create one at ${form.where}.`,
  };
}

/** Checks that a Slack token is of the wanted kind. */
export function wrongSlackToken(prefix: 'xoxb-' | 'xapp-', value: string): Complaint | undefined {
  if (value.startsWith(prefix)) return undefined;
  const rotating = value.startsWith('xoxe');
  return {
    problem: `is ${kindOf(value) ?? 'not in the form of a Slack token'}`,
    fix: rotating
      ? 'Turn token rotation off for the app (OAuth & Permissions), reinstall it and copy the new token.'
      : SLACK_TOKEN_FIX[prefix],
  };
}

export const SLACK_TOKEN_FIX = {
  'xoxb-': 'Copy the Bot User OAuth Token, which starts with xoxb-, from the app page, OAuth & Permissions.',
  'xapp-':
    'Create an app-level token with the scope connections:write, which starts with xapp-, on the app page, Basic Information.',
} as const;
