import { err } from '../output.ts';

const EVERY_MS = 250;
const CLEAR = '\r\u{1b}[2K';

export interface ProgressLine {
  /** `share` is null where the whole is not known. */
  show(share: number | null): void;
  end(): void;
}

/** One line on stderr that changes in place, for a person who waits; silent where nobody looks. */
export function progressLine(what: string): ProgressLine {
  const isWatched = process.stderr.isTTY === true;
  const startedAt = Date.now();
  let shownAt = startedAt;
  return {
    show(share) {
      const now = Date.now();
      if (!isWatched || now - shownAt < EVERY_MS) return;
      shownAt = now;
      const part = share === null ? '' : ` ${Math.floor(Math.min(1, share) * 100)} %`;
      err(`${CLEAR}${what} …${part}`);
    },
    end() {
      if (isWatched && shownAt !== startedAt) err(CLEAR);
    },
  };
}
