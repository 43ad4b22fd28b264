// Nobody writes such a line; it is a file of another kind, or a damaged one.
const LONGEST = 1 << 20;

/** A line with its number; `text` is null where it was too long to keep. */
export type TakeLine = (text: string | null, number: number) => void;

/** Cuts pieces of text into lines and counts them; what is cut off at the end of a piece waits for the next. */
export class LineCutter {
  readonly #take: TakeLine;
  #rest = '';
  #isTooLong = false;
  #number = 0;

  constructor(take: TakeLine) {
    this.#take = take;
  }

  push(piece: string): void {
    const text = this.#rest === '' ? piece : this.#rest + piece;
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      if (end < 0) break;
      this.#tell(text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end));
      from = end + 1;
    }
    this.#rest = from === 0 ? text : text.slice(from);
    if (this.#rest.length <= LONGEST) return;
    this.#isTooLong = true;
    this.#rest = '';
  }

  end(): void {
    if (this.#rest !== '' || this.#isTooLong) this.#tell(this.#rest.replace(/\r$/, ''));
    this.#rest = '';
  }

  #tell(text: string): void {
    this.#number += 1;
    this.#take(this.#isTooLong || text.length > LONGEST ? null : text, this.#number);
    this.#isTooLong = false;
  }
}
