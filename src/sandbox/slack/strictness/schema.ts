import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { JsonObject } from '../json.ts';
import type { Violation } from './violation.ts';

// Blocks Slack takes although @slack/types does not know them; each has checks of its own.
const UNTYPED: ReadonlySet<unknown> = new Set(['data_visualization']);

let compiled: ValidateFunction | undefined;

/** Faults of one block against the schema generated from @slack/types. */
export function schemaViolations(block: JsonObject, pointer: string): readonly Violation[] {
  if (UNTYPED.has(block['type'])) return [];
  compiled ??= compile();
  if (compiled(block)) return [];
  // The deepest fault is the one that was meant: a union reports one for each branch that did not fit.
  const [first] = [...(compiled.errors ?? [])].sort((a, b) => b.instancePath.length - a.instancePath.length);
  if (first === undefined) return [];
  return [{ code: 'invalid_blocks', message: messageOf(first), pointer: pointer + first.instancePath }];
}

function compile(): ValidateFunction {
  const schema = JSON.parse(readFileSync(new URL('../block-kit.schema.json', import.meta.url), 'utf8'));
  return new Ajv({ discriminator: true, strict: false }).compile(schema);
}

function messageOf(error: ErrorObject): string {
  if (error.keyword === 'additionalProperties') return `no more fields: ${error.params['additionalProperty']}`;
  if (error.keyword === 'required') return `missing required field: ${error.params['missingProperty']}`;
  if (error.keyword === 'discriminator') return `unsupported type: ${String(error.params['tagValue'])}`;
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(error.params['allowedValues'])}`;
  return error.message ?? error.keyword;
}
