import { z } from 'zod';
import { looksLikeSecret } from '../domain/secret.ts';
import { buttonCodec } from './button-value.ts';
import type { ButtonSpec } from './views/blocks.ts';

const NAME_MAX = 20;
const ARGUMENT_MAX = 1_500;
/** Slack's limit for the value of a button. */
const VALUE_MAX = 2_000;
/** A message cannot have two buttons of one id. */
export const COMMAND_BUTTONS = 10;

/** A line of /keys that a click runs again, for whoever clicks, in the place of the answer that it is under. */
export interface CommandLine {
  readonly name: string;
  readonly argument: string;
  /** Of a long answer, from 1. */
  readonly page: number;
}

const codec = buttonCodec(
  z.strictObject({
    c: z.string().max(NAME_MAX),
    a: z.string().max(ARGUMENT_MAX),
    p: z.number().int().min(1).max(100_000),
  }),
);

export function commandButtonId(index: number): string {
  return `command_${index}`;
}

/** Of buttons under a message that must stay: the answer goes to whoever clicks. */
export function asideButtonId(index: number): string {
  return `aside_${index}`;
}

export function decodeCommand(value: string): CommandLine {
  const { c, a, p } = codec.decode(value);
  return { name: c, argument: a, page: p };
}

/** At most ten, `first` counted in where others stand before them; a line that is too long for a button gets none. */
export function commandButtons(
  lines: readonly (CommandLine & { readonly label: string; readonly accessibilityLabel: string })[],
  first = 0,
  idOf: (index: number) => string = commandButtonId,
): readonly ButtonSpec[] {
  return lines
    .slice(0, COMMAND_BUTTONS - first)
    .flatMap(({ label, accessibilityLabel, name, argument, page }, index) => {
      const value = codec.encode({ c: name, a: argument, p: page });
      const isUnfit = argument.length > ARGUMENT_MAX || value.length > VALUE_MAX || looksLikeSecret(argument);
      if (isUnfit) return [];
      return [{ actionId: idOf(first + index), label, value, accessibilityLabel }];
    });
}
