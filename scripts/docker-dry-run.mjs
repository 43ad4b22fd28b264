import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readIgnore, readStages } from './dockerfile.mjs';

// Walks the Dockerfile's own lines without Docker: each stage is a folder that stands for its "/". Left out: the base image
// and apt-get. `npm ci` is a copy of node_modules as `npm ci` made it here. Everything else is run as it stands.
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOBODY = 65_534;
const STARTED_WITHIN_MS = 40_000;
const STOPPED_WITHIN_MS = 10_000;
const HAS_ROOT = process.getuid?.() === 0;

const [report] = process.argv.slice(2);
const base = mkdtempSync(join(tmpdir(), 'keysteward-docker-'));
const results = [];
try {
  chmodSync(base, 0o755);
  await walk();
} finally {
  rmSync(base, { recursive: true, force: true });
}
if (report !== undefined) {
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, JSON.stringify(results, null, 2));
}
process.exitCode = results.every(({ fault }) => fault === null) ? 0 : 1;

async function walk() {
  const stages = readStages(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
  const built = new Map();
  await check('each stage’s commands run, and each copy finds what it copies', () => {
    for (const [index, stage] of stages.entries()) {
      const made = buildStage(stage, { root: join(base, String(index)), built });
      built.set(stage.name ?? String(index), made);
      built.set('image', made);
    }
    return null;
  });
  const image = built.get('image');
  if (image === undefined) return;
  await check('the image holds no development tool, no source and nothing of the sandbox’s page', () =>
    leftovers(image),
  );
  await check('the image runs as somebody without rights', () =>
    image.user === 'node' ? null : `USER is ${image.user}`,
  );
  giveToRoot(image);
  await check('without settings it says what is missing and writes nothing', () => startsBare(image));
  await check('it starts, is healthy, writes to its volume alone and stops in time', () => startsWhole(image));
}

async function check(name, run) {
  const began = process.hrtime.bigint();
  let fault;
  try {
    fault = await run();
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  const seconds = (Number(process.hrtime.bigint() - began) / 1e9).toFixed(1);
  process.stdout.write(
    `${fault === null ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)${fault === null ? '' : `: ${fault}`}\n`,
  );
  results.push({ name, fault });
}

function buildStage({ steps }, { root, built }) {
  const stage = { root, env: {}, cwd: '/', user: 'root', volumes: [], command: [], health: [] };
  mkdirSync(root);
  for (const step of steps) {
    if (step.word === 'ENV') Object.assign(stage.env, step.values);
    if (step.word === 'WORKDIR') {
      stage.cwd = step.value;
      mkdirSync(inside(stage, step.value), { recursive: true });
    }
    if (step.word === 'COPY') copy(stage, step, built);
    if (step.word === 'RUN') run(stage, step.command);
    if (step.word === 'USER') stage.user = step.value;
    if (step.word === 'VOLUME') stage.volumes.push(step.value);
    if (step.word === 'CMD') stage.command = step.command;
    if (step.word === 'HEALTHCHECK') stage.health = step.command;
  }
  return stage;
}

/** Where a path of the image is on this machine. */
function inside({ root, cwd }, path) {
  return join(root, resolve(cwd, path));
}

function copy(stage, { from, sources, target }, built) {
  const isFolder = target.endsWith('/') || sources.length > 1;
  for (const source of sources) {
    const path = from === undefined ? join(ROOT, source) : inside(built.get(from), source);
    if (!existsSync(path)) throw new Error(`COPY ${source}: there is no such path`);
    const isSent = from === undefined ? readIgnore(readFileSync(join(ROOT, '.dockerignore'), 'utf8')) : () => true;
    if (from === undefined && !isSent(source) && !sentBelow(path, isSent))
      throw new Error(`COPY ${source}: .dockerignore keeps it back`);
    const to = inside(stage, isFolder ? join(target, source.split('/').at(-1)) : target);
    const filter = (each) => lstatSync(each).isDirectory() || isSent(relative(ROOT, each));
    cpSync(path, to, { recursive: true, verbatimSymlinks: true, filter: from === undefined ? filter : () => true });
  }
}

function sentBelow(path, isSent) {
  if (!statSync(path).isDirectory()) return false;
  return readdirSync(path, { recursive: true }).some((name) => isSent(relative(ROOT, join(path, name))));
}

function run(stage, command) {
  if (/\bapt-get\b/.test(command)) return;
  if (command === 'npm ci') {
    copyModules(inside(stage, 'node_modules'));
    return;
  }
  // No root of its own: what names a folder of the image's "/" is led into the stage's folder.
  const here = command
    .replaceAll(/(?<=\s)\/(?=\w)/g, `${stage.root}/`)
    .replaceAll('node:node', HAS_ROOT ? `${NOBODY}:${NOBODY}` : `${process.getuid?.()}:${process.getgid?.()}`);
  const env = { PATH: process.env.PATH, HOME: base, npm_config_offline: 'true', npm_config_audit: 'false' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', here], { cwd: inside(stage, '.'), env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${command} ended with ${status}: ${stdout.slice(-800)}${stderr.slice(-800)}`);
}

/** By links where the disk allows it, a tenth of the time; npm writes into this one file, so it is a copy in any case. */
function copyModules(to) {
  const from = join(ROOT, 'node_modules');
  if (spawnSync('cp', ['-al', from, to]).status !== 0) {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    return;
  }
  const list = '.package-lock.json';
  rmSync(join(to, list), { force: true });
  cpSync(join(from, list), join(to, list));
}

function leftovers(image) {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const tool = Object.entries(packages).find(([path, { dev }]) => dev === true && existsSync(inside(image, path)));
  if (tool !== undefined) return `${tool[0]} is for development only`;
  const missing = Object.entries(packages).find(
    ([path, { dev, optional, devOptional }]) =>
      path !== '' && !dev && !optional && !devOptional && !existsSync(inside(image, path)),
  );
  if (missing !== undefined) return `${missing[0]} is missing`;
  const meant = ['package.json', 'LICENSE', 'manifest.yml', 'policy.example.yml', 'db', 'node_modules', 'dist'];
  const strange = readdirSync(inside(image, '.')).find((name) => !meant.includes(name));
  if (strange !== undefined) return `${strange} is in the image`;
  const page = readdirSync(inside(image, 'dist'), { recursive: true }).find((name) =>
    name.startsWith('sandbox/page/client'),
  );
  return page === undefined ? null : `${page} is in the image`;
}

/** As in an image: root's, and nobody else may write. Without root here, nobody may at all. */
function giveToRoot(image) {
  const volumes = image.volumes.map((volume) => inside(image, volume));
  for (const path of everything(image.root)) {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink() || volumes.includes(path)) continue;
    if (HAS_ROOT && stat.uid !== 0) chownSync(path, 0, 0);
    const mode = stat.mode & (HAS_ROOT ? 0o755 : 0o555);
    if (mode !== (stat.mode & 0o777)) chmodSync(path, mode);
  }
}

function everything(root) {
  return [root, ...readdirSync(root, { recursive: true }).map((name) => join(root, name))];
}

/** Starts a command of the image as its user: in its folder, with its environment and nothing else. */
function start(image, command, env = {}) {
  const led = Object.entries(image.env).map(([name, value]) => [
    name,
    value.startsWith('/') ? inside(image, value) : value,
  ]);
  const [program, ...rest] = command;
  const executable = program === 'node' ? process.execPath : program;
  const asNobody = [
    'setpriv',
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    '--no-new-privs',
    executable,
  ];
  const [first, ...others] = [...(HAS_ROOT ? asNobody : [executable]), ...rest];
  const child = spawn(first, others, {
    cwd: inside(image, '.'),
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...Object.fromEntries(led), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output.text += String(chunk);
    });
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { child, output, ended };
}

/** What a run has changed of the image: new, gone or written to. */
function snapshot(image) {
  const volumes = image.volumes.map((volume) => inside(image, volume));
  return new Map(
    everything(image.root)
      .filter((path) => !volumes.some((volume) => path.startsWith(volume)))
      .map((path) => [path, lstatSync(path).mtimeMs]),
  );
}

function changesSince(before, image) {
  const after = snapshot(image);
  const changed = [...after].find(([path, at]) => before.get(path) !== at);
  if (changed !== undefined) return `${relative(image.root, changed[0])} was written`;
  return after.size === before.size ? null : 'a file of the image is gone';
}

async function startsBare(image) {
  const before = snapshot(image);
  const { ended, output } = start(image, image.command);
  const code = await ended;
  if (code !== 1) return `it ended with ${code}: ${output.text}`;
  for (const word of ['SLACK_BOT_TOKEN', '_ADMIN_KEY', 'policy.yml'])
    if (!output.text.includes(word)) return `${word} is not mentioned: ${output.text}`;
  const left = image.volumes.flatMap((volume) => readdirSync(inside(image, volume)));
  return left.length > 0 ? `it left ${left.join(', ')} behind` : changesSince(before, image);
}

async function startsWhole(image) {
  const standIns = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'src/cli.ts',
      'sandbox',
      'serve',
      '--slack-port',
      '0',
      '--openai-port',
      '0',
      '--anthropic-port',
      '0',
    ],
    {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: base },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let running;
  try {
    const lines = await firstText(standIns.stdout);
    const data = inside(image, image.volumes[0]);
    writeFileSync(join(data, 'policy.yml'), "channels: { alerts: '#ai-keys' }\nroles: { admins: [U0CHRIS] }\n");
    const port = String(await freePort());
    const env = {
      ...Object.fromEntries(
        lines
          .trim()
          .split('\n')
          .map((line) => line.split(/=(.*)/s)),
      ),
      PORT: port,
    };
    const before = snapshot(image);
    running = start(image, image.command, env);
    await said(running, '"started"');
    const health = await start(image, image.health, { PORT: port }).ended;
    if (health !== 0) return `the health check ended with ${health}`;
    const metrics = (await fetch(`http://127.0.0.1:${port}/metrics`)).status;
    if (metrics !== 403) return `/metrics without a token answers ${metrics}`;
    running.child.kill('SIGTERM');
    const killer = setTimeout(() => running.child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    const code = await running.ended;
    clearTimeout(killer);
    if (code !== 0) return `it ended with ${code}: ${running.output.text.slice(-800)}`;
    const afterwards = await start(image, image.health, { PORT: port }).ended;
    if (afterwards === 0) return 'the health check is content with a bot that has stopped';
    if (!readdirSync(data).includes('keysteward.db')) return 'there is no database in the volume';
    const mode = statSync(join(data, 'installation.secret')).mode & 0o777;
    return mode === 0o600 ? changesSince(before, image) : `the installation secret has mode ${mode.toString(8)}`;
  } finally {
    running?.child.kill('SIGKILL');
    standIns.kill('SIGKILL');
  }
}

async function firstText(stream) {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('ANTHROPIC_ADMIN_KEY=') && text.endsWith('\n')) return text;
  }
  throw new Error('the stand-ins did not start');
}

async function said({ child, output, ended }, word) {
  const limit = setTimeout(() => child.kill('SIGKILL'), STARTED_WITHIN_MS);
  const over = ended.then(() => {
    throw new Error(`it ended before it had started: ${output.text.slice(-800)}`);
  });
  over.catch(() => {});
  while (!output.text.includes(word)) await Promise.race([over, once(child.stderr, 'data')]);
  clearTimeout(limit);
}

async function freePort() {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
