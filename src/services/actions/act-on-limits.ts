import type { z } from 'zod';
import { modelsChange, rateLimitChange, spendLimitChange } from '../../domain/action-params.ts';
import { AppError, isAppError } from '../../domain/errors.ts';
import { capWords, modelWords, type ScopeLimits, sameModels } from '../../domain/limits.ts';
import type { Provider } from '../../ports/provider.ts';
import { READ_EVERY_MS, recordLimits, recordTrouble } from '../limits/record-limits.ts';
import { type Act, type ActInput, noRight, notShown, type Proven, refOf, unproven } from './act.ts';

interface LimitChange {
  readonly scopeId: string;
  /** What the person saw. */
  readonly from: unknown;
  readonly to: unknown;
}

/** One setting of a scope: how it is found in what the provider shows, and how it is written. */
export interface LimitSetting<Change extends LimitChange> {
  readonly noun: string;
  readonly schema: z.ZodType<Change>;
  /** Undefined: the provider does not let us see it, or does not have it. */
  present(limits: ScopeLimits, change: Change): Change['from'] | undefined;
  same(a: Change['from'], b: Change['from'] | Change['to']): boolean;
  words(value: Change['from'] | Change['to']): string;
  /** Undefined without the right. */
  write(provider: Provider, change: Change): Promise<void> | undefined;
}

export const spendLimitSetting: LimitSetting<z.infer<typeof spendLimitChange>> = {
  noun: 'the cap',
  schema: spendLimitChange,
  present: ({ spendLimit }) => (spendLimit.availability === 'available' ? spendLimit.monthlyMicroUsd : undefined),
  same: (a, b) => a === b,
  words: capWords,
  write: (provider, { scopeId, to }) => provider.setSpendLimit?.(scopeId, to),
};

export const rateLimitSetting: LimitSetting<z.infer<typeof rateLimitChange>> = {
  noun: 'the rate limit',
  schema: rateLimitChange,
  present: ({ rateLimits }, { limitId }) => rateLimits.find(({ id }) => id === limitId)?.value,
  same: (a, b) => a === b,
  words: (value) => (value === null ? 'none' : value.toLocaleString('en-US')),
  write: (provider, { scopeId, limitId, to }) => provider.setRateLimit?.(scopeId, limitId, to),
};

export const modelsSetting: LimitSetting<z.infer<typeof modelsChange>> = {
  noun: 'the list of models',
  schema: modelsChange,
  present: ({ models }) => (models.availability === 'available' ? models : undefined),
  same: sameModels,
  words: modelWords,
  write: (provider, { scopeId, to }) => provider.setModelPermissions?.(scopeId, to),
};

/** Reads, compares with what the person saw, writes, reads again. */
export function actOnLimits<Change extends LimitChange>(setting: LimitSetting<Change>): Act {
  return async (input) => {
    const { provider, action, key } = input;
    const change = setting.schema.parse(action.params);
    if (provider.readLimits === undefined) throw noRight(`connection ${key.connectionId} cannot read limits`);
    const before = await provider.readLimits(change.scopeId);
    const present = setting.present(before, change);
    if (present === undefined)
      throw await keepSeen(input, { scopeId: change.scopeId, read: before }, closed(input, setting.noun));
    // Set by an earlier try whose answer was lost, or by somebody who was faster.
    if (setting.same(present, change.to)) return { ...proven(setting, change, before), already: true };
    if (!setting.same(present, change.from)) {
      throw await keepSeen(input, { scopeId: change.scopeId, read: before }, overtaken(setting, change, present));
    }
    await write(input, setting, change);
    const after = await provider.readLimits(change.scopeId).catch((cause: unknown) => {
      throw unproven(setting.noun, cause);
    });
    const shown = setting.present(after, change);
    if (shown !== undefined && setting.same(shown, change.to)) return proven(setting, change, after);
    throw notShown(setting.noun, shown === undefined ? 'not available' : setting.words(shown));
  };
}

async function write<Change extends LimitChange>(
  input: ActInput,
  setting: LimitSetting<Change>,
  change: Change,
): Promise<void> {
  const writing = setting.write(input.provider, change);
  if (writing === undefined) throw noRight(`connection ${input.key.connectionId} cannot change ${setting.noun}`);
  try {
    await writing;
  } catch (error) {
    if (!isAppError(error, 'provider_denied') && !isAppError(error, 'not_supported')) throw error;
    if (input.action.kind === 'set_spend_limit') await rememberRefusal(input, change.scopeId);
    throw closed(input, setting.noun, error);
  }
}

function proven<Change extends LimitChange>(
  { words }: LimitSetting<Change>,
  { scopeId, from, to }: Change,
  read: ScopeLimits,
): Proven {
  const detail = { scopeId, from: words(from), to: words(to) };
  return { already: false, statuses: new Map(), limits: { scopeId, read }, detail };
}

/** What was seen on the way to a refusal is kept: the next look shows it. */
async function keepSeen(
  { deps, key: { connectionId } }: ActInput,
  { scopeId, read }: NonNullable<Proven['limits']>,
  error: AppError,
): Promise<AppError> {
  await deps.store.write((tx) => recordLimits({ deps, tx }, { connectionId, scopeId }, read));
  return error;
}

/** The button is not offered again for a while; the steps for the console are. */
async function rememberRefusal({ deps, key: { connectionId } }: ActInput, scopeId: string): Promise<void> {
  const now = deps.clock.now();
  await deps.store.write((tx) =>
    recordTrouble(tx, { connectionId, scopeId }, { capRefusedAt: now, notBeforeAt: now + READ_EVERY_MS }),
  );
}

function closed({ provider, key }: ActInput, noun: string, cause?: AppError): AppError {
  const { url } = provider.consoleSteps('change_cap', refOf(key));
  const why = cause?.publicMessage ?? `The provider has not opened this to your organization.`;
  return new AppError({
    code: 'not_supported',
    message: `${noun} of ${key.scopeId} cannot be changed: ${cause?.message ?? 'not enabled'}`,
    publicMessage: why.includes(url) ? why : `${why} In the console: ${url}`,
    cause,
  });
}

function overtaken<Change extends LimitChange>(
  { noun, words }: LimitSetting<Change>,
  { scopeId, from }: Change,
  present: Change['from'],
): AppError {
  return new AppError({
    code: 'conflict',
    message: `${noun} of ${scopeId} has changed since it was asked for`,
    publicMessage: `Nothing was changed: ${noun} was ${words(from)} when you asked and is ${words(present)} now. Look again and decide anew.`,
  });
}
