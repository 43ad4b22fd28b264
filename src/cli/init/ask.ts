import { confirm, input, password, search, select } from '@inquirer/prompts';

export interface Choice<Value> {
  readonly value: Value;
  readonly name: string;
  readonly description?: string;
  /** Why it cannot be chosen. */
  readonly disabled?: string;
}

/** The questions of a set-up. Rejects with `Interrupted` at Ctrl-C. */
export interface Ask {
  /** Not shown while it is typed; empty: skipped. */
  secret(message: string): Promise<string>;
  text(message: string, fallback?: string): Promise<string>;
  confirm(message: string, fallback: boolean): Promise<boolean>;
  select<Value extends string>(message: string, choices: readonly Choice<Value>[], fallback?: Value): Promise<Value>;
  /** A list that gets shorter with each letter typed. */
  search<Value extends string>(message: string, choices: readonly Choice<Value>[], fallback?: Value): Promise<Value>;
}

/** Somebody pressed Ctrl-C, or the terminal is gone. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Asks in the terminal. */
export const terminal: Ask = {
  secret: (message) => orInterrupted(password({ message, mask: '*', toggleMask: false })),
  text: (message, fallback) =>
    orInterrupted(input({ message, ...(fallback === undefined ? {} : { default: fallback }) })),
  confirm: (message, fallback) => orInterrupted(confirm({ message, default: fallback })),
  select: (message, choices, fallback) =>
    orInterrupted(select({ message, choices: [...choices], ...(fallback === undefined ? {} : { default: fallback }) })),
  search: (message, choices, fallback) =>
    orInterrupted(
      search({
        message,
        source: (term) => matching(choices, term ?? ''),
        ...(fallback === undefined ? {} : { default: fallback }),
      }),
    ),
};

function matching<Value extends string>(choices: readonly Choice<Value>[], term: string): readonly Choice<Value>[] {
  const wanted = term.trim().replace(/^[#@]/, '').toLowerCase();
  return choices.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
}

async function orInterrupted<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted();
    throw error;
  }
}
