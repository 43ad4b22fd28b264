/** For people and pipes: what was asked for. */
export function out(text: string): void {
  process.stdout.write(text);
}

/** Text from outside on one line: without control characters, which a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** An instant for people: `2026-03-03 12:00 UTC`. */
export function minuteText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** For people: what went wrong and what to know besides. */
export function err(text: string): void {
  process.stderr.write(text);
}
