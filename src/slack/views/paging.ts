import { commandButtons } from '../command-button.ts';
import type { ButtonSpec } from './blocks.ts';

/** Which part of a long answer is shown, and what shows the others: the command runs again at each click. */
export interface Paging {
  readonly command: string;
  readonly argument: string;
  /** From 1. */
  readonly page: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly number: number;
  readonly count: number;
  /** `Page 2 of 7`; empty where there is one only. */
  readonly text: string;
  readonly buttons: readonly ButtonSpec[];
}

/** A page of all there is; one that is not there any more becomes the last. */
export function pageOf<Item>(items: readonly Item[], size: number, paging: Paging): Page<Item> {
  const place = placeOf(items.length, size, paging);
  return { ...place, items: items.slice((place.number - 1) * size, place.number * size) };
}

/** The same where only the items of the page were read. */
export function placeOf(total: number, size: number, { command, argument, page }: Paging): Omit<Page<never>, 'items'> {
  const count = Math.max(1, Math.ceil(total / size));
  const number = Math.min(Math.max(1, page), count);
  const line = (to: number) => ({ name: command, argument, page: to });
  const buttons = [
    ...(number > 1 ? [{ ...line(number - 1), label: '← Previous', accessibilityLabel: 'Previous page' }] : []),
    ...(number < count ? [{ ...line(number + 1), label: 'Next →', accessibilityLabel: 'Next page' }] : []),
  ];
  const text = count === 1 ? '' : `page ${number.toLocaleString('en-US')} of ${count.toLocaleString('en-US')}`;
  return { number, count, text, buttons: commandButtons(buttons) };
}
