import { InvalidArgumentError, Option } from 'commander';
import { PROFILES } from '../domain/profile.ts';

/** A parser for an option that takes a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

/** `none` stays a word: Commander takes a null from a parser for a failed parse and puts an empty text in its place. */
export function minutesOrNone(text: string): number | 'none' {
  return text === 'none' ? text : wholeNumber(0, 10_000)(text);
}

export function profileOption(): Option {
  return new Option('--profile <name>', 'strict: the definitions to the letter; balanced: as the bot would tell')
    .choices(PROFILES)
    .default('balanced');
}
