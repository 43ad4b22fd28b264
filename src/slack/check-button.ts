import { z } from 'zod';
import { CHECKLIST, type CheckItem } from '../domain/rotation-checklist.ts';
import { buttonCodec } from './button-value.ts';

/** What a button of an emergency's checklist carries. */
export interface CheckButton {
  readonly rotationId: string;
  readonly item: CheckItem;
}

const codec = buttonCodec(z.strictObject({ r: z.string().max(64), c: z.enum(CHECKLIST.map(({ item }) => item)) }));

export function encodeCheckButton({ rotationId, item }: CheckButton): string {
  return codec.encode({ r: rotationId, c: item });
}

export function decodeCheckButton(text: string): CheckButton {
  const { r, c } = codec.decode(text);
  return { rotationId: r, item: c };
}
