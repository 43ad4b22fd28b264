/** For people and pipes: what was asked for. */
export function out(text: string): void {
  process.stdout.write(text);
}

/** For people: what went wrong and what to know besides. */
export function err(text: string): void {
  process.stderr.write(text);
}
