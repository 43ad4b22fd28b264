import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { LogFields, Logger } from '../../src/ports/logger.ts';
import { stopKey } from '../../src/sandbox/responder.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { createLogger } from '../../src/system/logger.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { ask, clickAndRead, minutes, openNight, person, playToAlert } from './support/night.ts';
import { SECRETS, secretsIn } from './support/secrets.ts';

// A whole night, on a machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

test('no secret is in the database, a log line, a Slack payload or an error, whatever went wrong', async () => {
  const raw = recordingLogger();
  const written: string[] = [];
  const stage = await openNight({ provider: 'anthropic', logger: tee(raw, realLogger(written)) });
  await goWrong(stage);
  expect(raw.lines.filter((line) => /^(warn|error) /.test(line)).length).toBeGreaterThan(5);

  const places = {
    database: databaseOf(stage),
    'what was given to the log': raw.lines.join('\n'),
    'what the log wrote': written.join('\n'),
    'Slack calls': JSON.stringify(stage.slack.calls),
    'what people see': JSON.stringify(stage.slack.workspace.messages('C0AIKEYS')),
  };

  for (const [place, content] of Object.entries(places)) {
    expect(content.length, place).toBeGreaterThan(1_000);
    expect(secretsIn(content), place).toEqual([]);
  }
});

test('the search itself finds a secret that is planted in any of these places', async () => {
  const raw = recordingLogger();
  const written: string[] = [];
  const stage = await openNight({ provider: 'anthropic', logger: tee(raw, realLogger(written)) });
  const [message] = [await playToAlert(stage)];

  await stage.app.deps.store.write((tx) =>
    tx.audit.append({ at: 0, actor: { kind: 'cli', user: 'x' }, verb: 'planted', subject: SECRETS.openai }),
  );
  stage.app.deps.logger.info(`planted ${SECRETS.anthropic}`);
  await stage.slack.person('U0ANA').command(`/keys ${SECRETS.installation}`, 'ai-keys');
  await stage.settle();

  expect(secretsIn(databaseOf(stage))).toEqual(['openai']);
  expect(secretsIn(raw.lines.join('\n'))).toEqual(['anthropic']);
  expect(secretsIn(written.join('\n'))).toEqual(['anthropic']);
  expect(secretsIn(JSON.stringify(stage.slack.calls))).toEqual(['installation']);
  for (const [name, secret] of Object.entries(SECRETS)) {
    expect(secretsIn(`${message.text} ${secret}`)).toEqual([name]);
    expect(secretsIn(Buffer.from(secret, 'utf16le'))).toEqual([name]);
  }
});

/** A night on which every neighbour fails in every way it can, while people click and ask. */
async function goWrong(stage: Stage): Promise<void> {
  const { slack, anthropic, openai } = stage;
  for (const standIn of [anthropic, openai]) {
    standIn.faults.add({ kind: 'status', status: 401, path: '/', skip: 3 });
    standIn.faults.add({ kind: 'status', status: 500, path: '/', skip: 1, body: { error: { message: 'no' } } });
    standIn.faults.add({ kind: 'cut', when: 'before', path: '/', skip: 2 });
    standIn.faults.add({ kind: 'half-page', path: '/', skip: 2 });
    standIn.faults.add({ kind: 'status', status: 429, retryAfter: 1, path: '/', skip: 4 });
  }
  slack.faults.add('chat.postMessage', { kind: 'status', status: 429, retryAfterS: 2 }, { kind: 'cut', when: 'after' });
  slack.faults.add('chat.update', { kind: 'error', error: 'invalid_auth' }, { kind: 'status', status: 500 });
  slack.faults.add('users.info', { kind: 'error', error: 'internal_error' });
  const message = await playToAlert(stage);
  for (const line of ['/keys status', '/keys list', '/keys show staging-ci']) await ask(stage, 'U0BEN', line);
  await clickAndRead(stage, 'U0BEN', { ts: message.ts, actionId: 'key_suspend' });
  anthropic.faults.add({ kind: 'cut', when: 'after', path: '/', method: 'POST' });
  anthropic.faults.add({ kind: 'status', status: 403, path: '/', method: 'POST' });
  await stage.during(() => stopKey(slack, person(stage, 'U0ANA'), message.ts));
  await stage.playUntil(stage.clock.now() + minutes(20));
}

function databaseOf({ folder }: Stage): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

function realLogger(lines: string[]): Logger {
  return createLogger({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
}

function tee(...loggers: readonly Logger[]): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    for (const logger of loggers) logger[level](message, fields);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => tee(...loggers.map((logger) => logger.child(fields))),
  };
}
