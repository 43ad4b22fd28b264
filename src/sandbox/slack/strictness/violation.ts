/** One reason why Slack would refuse a message or a view. */
export interface Violation {
  /** Slack's error code. */
  readonly code: string;
  readonly message: string;
  /** JSON pointer to the fault. */
  readonly pointer: string;
}

/** The line Slack puts in `response_metadata.messages`. */
export function lineOf({ message, pointer }: Violation): string {
  return pointer === '' ? `[ERROR] ${message}` : `[ERROR] ${message} [json-pointer:${pointer}]`;
}
