import { expect, onTestFinished, test, vi } from 'vitest';
import type { PriceTable } from '../../src/ports/price-table.ts';
import { createPriceTable } from '../../src/providers/lib/price-table.ts';
import { renderText } from '../../src/sandbox/slack/index.ts';
import { openStage, type Stage } from '../../src/sandbox/stage.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, quietMonth } from '../../src/sandbox/world/index.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { ask, CHANNEL, person } from './support/night.ts';

// A machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

const MIDNIGHT = quietMonth.startAt + 10 * DAY_MS;

/** Ten minutes before midnight in a company where nothing leaks. */
async function openEvening(prices?: PriceTable): Promise<Stage> {
  const stage = await openStage({
    scenario: { ...quietMonth, startAt: MIDNIGHT - 10 * MINUTE_MS },
    provider: 'anthropic',
    seed: 1,
    pollMinutes: 60,
    lagMinutes: 5,
    logger: recordingLogger(),
    ...(prices === undefined ? {} : { overrides: { prices } }),
  });
  onTestFinished(() => stage.close());
  return stage;
}

async function driftNotices(stage: Stage): Promise<readonly string[]> {
  const texts: string[] = [];
  const { read } = stage.app.deps.store;
  for (const message of person(stage, 'U0ANA').visibleMessages(CHANNEL)) {
    const record = await read.messages.at(message.channel, message.ts);
    const notice = record?.kind === 'notice' ? await read.notices.get(record.subjectId) : undefined;
    if (notice?.kind === 'drift') texts.push(renderText(message, stage.slack.workspace));
  }
  return texts;
}

test('a whole company agrees with both providers to less than 5 %, with all the history that they give', async () => {
  const stage = await openEvening();

  await stage.playUntil(MIDNIGHT + 7 * HOUR_MS);

  const { read } = stage.app.deps.store;
  for (const connectionId of ['openai', 'anthropic']) {
    const range = { from: MIDNIGHT - 400 * DAY_MS, to: MIDNIGHT };
    const totals = await read.dayCosts.totals(connectionId, range);
    const compared = totals.filter(({ ownMicroUsd }) => ownMicroUsd !== null);
    const errors = compared.map(
      (one) => Math.abs((one.ownMicroUsd ?? 0) - one.providerMicroUsd) / one.providerMicroUsd,
    );
    // The stand-ins remember some six weeks.
    expect(totals[0]?.dayAt).toBeLessThan(MIDNIGHT - 40 * DAY_MS);
    expect(compared.length).toBeGreaterThanOrEqual(30);
    expect(Math.max(...errors)).toBeLessThan(0.05);
  }
  expect(await driftNotices(stage)).toEqual([]);
  const status = await ask(stage, 'U0ANA', '/keys status');
  expect(status.match(/costs agree with the provider’s to [\d.]+ % \(/g)).toHaveLength(2);
});

test('a wrong price is one message in the channel, and the same message says when it is right again', async () => {
  const stage = await openEvening(wrongUntil(MIDNIGHT));
  await stage.playUntil(MIDNIGHT + 5 * MINUTE_MS);

  expect(await driftNotices(stage)).toEqual([
    expect.stringMatching(
      /^:warning: Our figures for Anthropic \(anthropic\) are (19|20|21)\S* % below its own for Oct 13: /,
    ),
  ]);
  await stage.playUntil(MIDNIGHT + 7 * HOUR_MS);
  const [drift, ...others] = await driftNotices(stage);
  expect(others).toEqual([]);
  expect(drift).toMatch(
    /% below its own for Oct 14: \$[\d,.]+ against \$[\d,.]+\.\n• prod-assistant: .*\n.*Every key is off by the same share/s,
  );
  const status = await ask(stage, 'U0ANA', '/keys status');
  expect(status).toMatch(/costs off on Anthropic/i);
  expect(status).toMatch(/our costs are .* below the provider’s \(Oct 14\)/);

  await stage.playUntil(MIDNIGHT + 31 * HOUR_MS);

  expect(await driftNotices(stage)).toEqual([
    expect.stringMatching(/^Our figures for Anthropic \(anthropic\) agree with its own again, .* for Oct 15: /),
  ]);
  expect(await ask(stage, 'U0ANA', '/keys status')).not.toContain('costs off');
  expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
});

/** One provider's prices are a fifth too low for what was used before `at`. */
function wrongUntil(at: number): PriceTable {
  const right = createPriceTable();
  return {
    version: 'wrong',
    price(providerId, usage) {
      const price = right.price(providerId, usage);
      const isWrong = providerId === 'anthropic' && usage.startAt < at;
      return isWrong ? { ...price, costMicroUsd: Math.round(price.costMicroUsd * 0.8) } : price;
    },
  };
}
