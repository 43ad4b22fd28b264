import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { present } from '../../support/bench-deps.ts';
import { ServedPage, type Watcher } from './support/served.ts';

// A whole company is set up first, on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let page: ServedPage;
const watchers: Watcher[] = [];

beforeAll(async () => {
  page = new ServedPage();
  await page.start('leak');
});
afterAll(async () => {
  for (const watcher of watchers) await watcher.close();
  await page.close();
  expect(page.faults).toEqual([]);
});

async function watch(userId: string): Promise<Watcher> {
  const watcher = await page.watch(userId);
  watchers.push(watcher);
  return watcher;
}

const gesture = { as: 'U0ANA', kind: 'open-home' };

describe('what is refused', () => {
  const json = JSON.stringify(gesture);
  const POST = { path: '/sandbox/gesture', method: 'POST', body: json };

  test.each([
    ['a foreign name', { ...POST, headers: { host: 'evil.example' } }, 403],
    ['another site', { ...POST, headers: { origin: 'http://evil.example' } }, 403],
    ['another site at the workspace', { path: '/api/auth.test', headers: { origin: 'http://evil.example' } }, 403],
    ['a form', { ...POST, headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['plain text', { ...POST, headers: { 'content-type': 'text/plain' } }, 415],
    ['a body that is too long', { ...POST, body: JSON.stringify('x'.repeat(256_000)) }, 413],
    ['what is no JSON', { ...POST, body: '{"as":' }, 400],
    ['an unknown kind', { ...POST, body: '{"as":"U0ANA","kind":"delete-all"}' }, 400],
    ['a field too many', { ...POST, body: JSON.stringify({ ...gesture, token: 'x' }) }, 400],
    ['a stranger', { ...POST, body: JSON.stringify({ ...gesture, as: 'U0EVE' }) }, 400],
    ['the bot itself', { ...POST, body: JSON.stringify({ ...gesture, as: 'U0KEYBOT' }) }, 400],
    ['a speed that there is not', { ...POST, path: '/sandbox/time', body: '{"speed":3600}' }, 400],
    ['an unknown story', { ...POST, path: '/sandbox/story', body: '{"id":"nothing"}' }, 400],
    ['events of a stranger', { path: '/sandbox/events?as=U0EVE' }, 400],
    ['an order that is fetched', { path: '/sandbox/time' }, 405],
    ['a path that is not there', { path: '/etc/passwd' }, 404],
    ['a path that leads out', { path: '/assets/../../package.json' }, 404],
    ['a file that is not there', { path: '/sandbox/files/F1?as=U0ANA' }, 404],
  ])('%s, with a sentence', async (_, request, status) => {
    const reply = await page.send(request);

    expect(reply.status).toBe(status);
    const { ok, problem } = JSON.parse(reply.body) as { ok: boolean; problem: string };
    expect(ok).toBe(false);
    expect(problem).toMatch(/^["A-Z].+\.$/);
    expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  test('a body that goes on and on is not read to its end, whatever it says of its length', async () => {
    const headers = { 'transfer-encoding': 'chunked' };

    const reply = await page.send({ ...POST, headers, body: JSON.stringify('x'.repeat(300_000)) });

    expect(reply.status).toBe(413);
    expect(reply.headers['connection']).toBe('close');
  });

  test('a socket of another site', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${page.server.port}/link?ticket=x`, { origin: 'http://evil.example' });
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('error', () => {});
    });
    socket.terminate();

    expect(status).toBe(403);
  });
});

describe('the page', () => {
  test('comes with headers that let it load nothing from elsewhere and run nothing inline', async () => {
    const { status, headers, body } = await page.send({ path: '/' });

    expect(status).toBe(200);
    expect(body).toContain('<title>page</title>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).not.toMatch(/unsafe|https?:/);
  });

  test('its scripts may be kept, the page itself is asked for again', async () => {
    expect((await page.send({ path: '/assets/main-abc.js' })).headers['cache-control']).toMatch(/immutable/);
    expect((await page.send({ path: '/' })).headers['cache-control']).toBe('no-cache');
  });
});

describe('what the page is told', () => {
  test('everything at the beginning', async () => {
    const watcher = await watch('U0ANA');
    const shown = await watcher.until(({ truth, commands }) => truth !== undefined && commands !== undefined);

    expect(shown.stories).toMatchObject({ playing: 'leak' });
    expect(shown.clock).toMatchObject({ speed: 60, isSeeking: false, hasEnded: false });
    expect(shown.workspace).toEqual({ name: 'Acme', groups: [{ id: 'S0SECURITY', handle: 'security' }] });
    expect(shown.people?.find(({ id }) => id === 'U0BEN')?.part?.title).toBe('Employee');
    expect(shown.people?.find(({ isBot }) => isBot)?.part).toBeNull();
    expect(shown.channels?.map(({ name, kind, isMember }) => [name, kind, isMember])).toEqual([
      ['ai-keys', 'public', true],
      ['general', 'public', true],
      ['keysteward', 'direct', true],
    ]);
    expect(Object.keys(shown.messages ?? {})).toEqual(shown.channels?.map(({ id }) => id));
    expect(shown).toMatchObject({ modals: [], home: null });
    expect(shown.commands?.find(({ name }) => name === 'stale')).toMatchObject({ usage: '[days]' });
    const { keys, chart, calls } = present(shown.truth);
    expect(keys.length).toBeGreaterThan(20);
    for (const { spentMicroUsd } of keys) expect(spentMicroUsd).toHaveLength(chart.endsAt.length);
    expect(calls).toContainEqual(expect.objectContaining({ to: 'slack', what: 'chat.postMessage', isChange: true }));
  });

  test('a guest sees only the channels that the guest is in', async () => {
    const shown = await (await watch('U0GIL')).until(({ channels }) => channels !== undefined);

    expect(shown.channels?.map(({ name }) => name)).toEqual(['ai-keys', 'keysteward']);
  });

  test('only what has changed comes again: a word in a channel brings that channel and nothing else', async () => {
    const watcher = await watch('U0DEE');
    await watcher.until(({ truth }) => truth !== undefined);
    const before = watcher.news.length;
    const answer = await page.gesture({ as: 'U0BEN', kind: 'say', channel: 'C0GENERAL', text: 'lunch? <b>' });
    await watcher.until(({ messages }) => messages?.['C0GENERAL']?.length === 1);

    expect(answer).toEqual({ ok: true });
    const [said] = present(watcher.shown.messages?.['C0GENERAL']);
    expect(said).toMatchObject({ user: 'U0BEN', text: 'lunch? &lt;b&gt;', threadTs: null, isEphemeral: false });
    const others = watcher.news.slice(before).filter(({ section }) => section !== 'clock' && section !== 'truth');
    expect(others.map(({ section, value }) => [section, Object.keys(value ?? {})])).toEqual([
      ['messages', ['C0GENERAL']],
    ]);
  });

  test('a command’s answer comes to the person alone', async () => {
    const [ana, ben] = [await watch('U0ANA'), await watch('U0BEN')];
    const answer = await page.gesture({ as: 'U0ANA', kind: 'command', channel: 'C0AIKEYS', line: '/keys status' });
    const isTold = (message: { isEphemeral: boolean; text: string }) => message.isEphemeral;
    await ana.until(({ messages }) => messages?.['C0AIKEYS']?.some(isTold) === true);
    await page.gesture({ as: 'U0BEN', kind: 'say', channel: 'C0AIKEYS', text: 'anything?' });
    await ben.until(({ messages }) => messages?.['C0AIKEYS']?.some(({ text }) => text === 'anything?') === true);

    expect(answer).toEqual({ ok: true });
    expect(ben.shown.messages?.['C0AIKEYS']?.some(isTold)).toBe(false);
  });

  test.each([
    [
      'an unknown command',
      { kind: 'command', channel: 'C0AIKEYS', line: '/weather' },
      '/weather is not a valid command.',
    ],
    ['a channel of others', { as: 'U0GIL', kind: 'say', channel: 'C0GENERAL', text: 'hi' }, 'Gil cannot see general.'],
    [
      'a button that is gone',
      { kind: 'click', channel: 'C0AIKEYS', ts: '1.1', blockId: 'b', actionId: 'a' },
      /^Ana sees no/,
    ],
    ['a dialog that is closed', { kind: 'submit', viewId: 'V9', entries: {} }, /^Ana does not have the view/],
  ])('%s is answered with a sentence', async (_, wanted, problem) => {
    const answer = await page.gesture({ as: 'U0ANA', ...wanted });

    expect(answer).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  test('a slow reader is not sent a queue', async () => {
    const { feeds } = page;
    const written: string[] = [];
    const events: Record<string, () => void> = {};
    const response = {
      writableNeedDrain: false,
      writeHead: () => {},
      write: (text: string) => written.push(text),
      on: (name: string, run: () => void) => (events[name] = run),
      destroy: () => {},
    };
    feeds.open('U0CHRIS', response as never);
    response.writableNeedDrain = true;
    const before = written.length;
    for (const text of ['one', 'two', 'three']) {
      await page.gesture({ as: 'U0BEN', kind: 'say', channel: 'C0GENERAL', text });
      feeds.flush();
    }
    expect(written).toHaveLength(before);
    response.writableNeedDrain = false;
    feeds.flush();
    const late = written.slice(before).filter((text) => text.includes('"messages"'));
    events['close']?.();

    expect(late).toHaveLength(1);
    expect(late[0]).toContain('three');
  });
});

describe('a file that the bot shares', () => {
  /** As the app's client does it, at the same address as the page. */
  async function share(channel: string, name: string, text: string): Promise<string> {
    const call = async (method: string, args: object) => {
      const headers = { authorization: 'Bearer xoxb-sandbox', 'content-type': 'application/json' };
      const url = `http://127.0.0.1:${page.server.port}/api/${method}`;
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(args) });
      return (await response.json()) as { ok: boolean; upload_url: string; file_id: string };
    };
    const made = await call('files.getUploadURLExternal', { filename: name, length: text.length });
    await fetch(made.upload_url, { method: 'POST', body: text });
    const files = [{ id: made.file_id, title: name }];
    expect(await call('files.completeUploadExternal', { files, channel_id: channel })).toMatchObject({ ok: true });
    return made.file_id;
  }

  test('is shown with its kind, and given to who sees its channel, to nobody else', async () => {
    const watcher = await watch('U0BEN');
    const id = await share('C0GENERAL', 'keys.csv', 'a,b\n1,2\n');
    const withFile = (one: { files: readonly unknown[] }) => one.files.length > 0;
    await watcher.until(({ messages }) => messages?.['C0GENERAL']?.some(withFile) === true);

    expect(watcher.shown.messages?.['C0GENERAL']?.find(withFile)?.files).toEqual([
      { id, name: 'keys.csv', title: 'keys.csv', mimetype: 'text/csv', size: 8 },
    ]);
    const given = await page.send({ path: `/sandbox/files/${id}?as=U0BEN` });
    expect(given).toMatchObject({ status: 200, body: 'a,b\n1,2\n' });
    expect(given.headers['content-security-policy']).toBe("default-src 'none'; sandbox");
    for (const as of ['U0GIL', 'U0EVE', '']) {
      expect((await page.send({ path: `/sandbox/files/${id}?as=${as}` })).status).toBe(404);
    }
  });
});

describe('a click through the page', () => {
  test('opens a dialog that slows the time, is refused under its inputs, and is seen at the provider when it is sent', async () => {
    const watcher = await watch('U0ANA');
    await watcher.until(({ truth }) => truth !== undefined);
    const stateOf = (name: string) =>
      watcher.shown.truth?.keys.find((key) => key.name === name && key.provider === 'anthropic')?.state;
    await page.gesture({ as: 'U0ANA', kind: 'command', channel: 'C0AIKEYS', line: '/keys suspend weekly-evals' });
    await watcher.until(({ modals }) => modals?.[0]?.body['submit'] !== undefined);
    const form = present(watcher.shown.modals?.[0]);
    await watcher.until(({ clock }) => clock?.pace === 1);
    const seek = await page.post('/sandbox/time', { seek: true });
    expect(seek).toMatchObject({ status: 409, body: expect.stringContaining('Ana Ruiz has a dialog open') });

    const empty = await page.gesture({ as: 'U0ANA', kind: 'submit', viewId: form.id, entries: {} });
    const required = 'Please complete this required field.';
    expect(empty).toEqual({ ok: false, errors: { reason: required, slug: required } });
    const wrong = await page.gesture({
      as: 'U0ANA',
      kind: 'submit',
      viewId: form.id,
      entries: { reason: { value: 'x' }, slug: { value: 'weekly' } },
    });
    expect(wrong).toEqual({ ok: false, errors: { slug: 'This has to be exactly weekly-evals.' } });
    expect(stateOf('weekly-evals')).toBe('active');

    const entries = { reason: { value: 'nobody needs it' }, slug: { value: 'weekly-evals' } };
    const sent = await page.gesture({ as: 'U0ANA', kind: 'submit', viewId: form.id, entries });
    expect(sent.ok).toBe(true);
    await watcher.until(() => stateOf('weekly-evals') === 'inactive');
    const top = () => present(page.playing.stage.slack.person('U0ANA').views.at(-1));
    expect(await page.gesture({ as: 'U0ANA', kind: 'close', viewId: top().id, all: true })).toEqual({ ok: true });
    await watcher.until(({ modals }) => modals?.length === 0);
  });

  test('a connection that ends leaves nobody to tell', async () => {
    const before = page.feeds.count;
    const watcher = await page.watch('U0ANA');
    await watcher.until(({ clock }) => clock !== undefined);
    expect(page.feeds.count).toBe(before + 1);
    await watcher.close();
    await vi.waitFor(() => expect(page.feeds.count).toBe(before));
  });
});
