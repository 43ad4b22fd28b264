export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log. Level by who acts: error = our fault, warn = look when there is time, info = a person's or a peer's doing. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}
