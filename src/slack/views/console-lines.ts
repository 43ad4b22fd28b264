import type { ConsoleSteps } from '../../ports/provider.ts';
import { escaped } from './text.ts';

/** The steps in the provider's console, numbered; `further` are ours, and escaped already. */
export function consoleLines(steps: ConsoleSteps | null, further: readonly string[]): readonly string[] {
  const words = [...(steps?.steps ?? []).map(escaped), ...further];
  const where = steps === null ? 'In the provider’s console:' : `In the <${steps.url}|provider’s console>:`;
  return [where, ...words.map((text, index) => `${index + 1}. ${text}`)];
}
