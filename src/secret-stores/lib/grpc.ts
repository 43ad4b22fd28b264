import { failureOf } from './failure.ts';

// google.rpc.Code as the status that the same service gives over HTTP.
const HTTP_STATUS: Readonly<Record<number, number>> = {
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  13: 500,
  14: 503,
  16: 401,
};

/** The HTTP status of an error that carries a gRPC code. */
export function grpcStatus(thrown: unknown): number | undefined {
  const code: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'code') : undefined;
  return failureOf(thrown).status ?? (typeof code === 'number' ? HTTP_STATUS[code] : undefined);
}

/** The same error in the shape of the others, where it is none of this machine's own. */
export function toHttpFailure(thrown: unknown): unknown {
  const status = grpcStatus(thrown);
  return status === undefined ? thrown : new GrpcFailure(status, thrown);
}

class GrpcFailure extends Error {
  override readonly name = 'GrpcFailure';
  readonly status: number;

  constructor(status: number, cause: unknown) {
    super(`HTTP ${status}`, { cause });
    this.status = status;
  }
}
