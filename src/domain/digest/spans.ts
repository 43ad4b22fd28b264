interface Span {
  readonly from: number;
  readonly to: number;
}

/** How long they last together, each instant counted once. */
export function unionLength(spans: readonly Span[]): number {
  let length = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return length;
}
