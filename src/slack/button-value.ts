import { z } from 'zod';
import { AppError } from '../domain/errors.ts';

const VERSION = 1;
/** Slack's limit for the value of an option in a menu. */
export const CHOICE_MAX = 75;

export interface ButtonCodec<Value> {
  encode(value: Value): string;
  /** Reads what came back from Slack; a forged or foreign value gets a sentence, not a stack. */
  decode(text: string): Value;
}

/** Values are small flat objects: ids and versions, never key material. */
export function buttonCodec<Value extends object>(schema: z.ZodType<Value>): ButtonCodec<Value> {
  const versioned = z.looseObject({ v: z.literal(VERSION) });
  return {
    encode: (value) => JSON.stringify({ v: VERSION, ...value }),
    decode(text) {
      try {
        const { v: _version, ...value } = versioned.parse(JSON.parse(text));
        return schema.parse(value);
      } catch (cause) {
        throw foreignButton(cause);
      }
    },
  };
}

/** `generation` is the key state that the person saw. */
export interface ButtonValue {
  readonly alertId: string | null;
  readonly keyId: string;
  readonly generation: number;
}

const keyButton = buttonCodec(
  z.strictObject({ a: z.string().max(64).nullable(), k: z.string().max(64), g: z.number().int().nonnegative() }),
);

export function encodeButton({ alertId, keyId, generation }: ButtonValue): string {
  return keyButton.encode({ a: alertId, k: keyId, g: generation });
}

export function decodeButton(text: string): ButtonValue {
  const { a, k, g } = keyButton.decode(text);
  return { alertId: a, keyId: k, generation: g };
}

const actionButton = buttonCodec(z.strictObject({ i: z.string().max(64) }));

/** For buttons about an act that was asked for. */
export function encodeActionButton({ actionId }: { readonly actionId: string }): string {
  return actionButton.encode({ i: actionId });
}

export function decodeActionButton(text: string): { readonly actionId: string } {
  return { actionId: actionButton.decode(text).i };
}

/** A `ButtonValue` as an option of an alert's menu, which may hold less: `ack.<alert>.<key>.<generation>`. */
export function encodeChoice(choice: string, { alertId, keyId, generation }: ButtonValue): string {
  return [choice, tailOf(alertId ?? ''), tailOf(keyId), generation].join('.');
}

/** What was chosen, and the value that the button of the same name would carry. */
export function decodeChoice(text: string): { readonly choice: string; readonly value: string } {
  const [, choice, alert, key, generation] = /^([a-z]+)\.([A-Za-z0-9]*)\.([A-Za-z0-9]+)\.(\d{1,9})$/.exec(text) ?? [];
  if (choice === undefined || key === undefined) throw foreignButton(undefined);
  const alertId = alert ? `alert_${alert}` : null;
  return { choice, value: encodeButton({ alertId, keyId: `key_${key}`, generation: Number(generation) }) };
}

const approvalButton = buttonCodec(z.strictObject({ i: z.string().max(64) }));

export function encodeApproval(approvalId: string): string {
  return approvalButton.encode({ i: approvalId });
}

export function decodeApproval(text: string): string {
  return approvalButton.decode(text).i;
}

function tailOf(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

function foreignButton(cause: unknown): AppError {
  return new AppError({
    code: 'invalid_input',
    message: 'unknown button value',
    publicMessage: 'This button was made by another version of Keysteward. Look the key up with `/keys show`.',
    cause,
  });
}
