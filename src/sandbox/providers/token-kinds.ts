import type { TokenCounts } from '../world/index.ts';
import type { UsageRow } from './usage-rows.ts';

export const TOKEN_KINDS = ['uncachedInput', 'cachedRead', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const;

export type TokenKind = (typeof TOKEN_KINDS)[number];

const NONE: TokenCounts = { uncachedInput: 0, cachedRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };

/** One row for each kind of token that the row has. */
export function splitByKind(row: UsageRow): UsageRow[] {
  const { tokens } = row.line;
  return TOKEN_KINDS.filter((kind) => tokens[kind] > 0).map((kind) => ({
    ...row,
    line: { ...row.line, tokens: { ...NONE, [kind]: tokens[kind] } },
  }));
}

/** The kind of a row that was split. */
export function kindOf({ line }: UsageRow): TokenKind {
  return TOKEN_KINDS.find((kind) => line.tokens[kind] > 0) ?? 'uncachedInput';
}
