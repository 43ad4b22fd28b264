import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { defaultWorkspace, startSlackStandIn } from '../../src/sandbox/slack/index.ts';
import { systemClock } from '../../src/system/clock.ts';
import { callsIn, DAY_MS, HOUR_MS, KEYS_PER_PROJECT, keyId, MINUTE_MS, NOW, projectOf, rowsOf } from './traffic.ts';

// The other side of the wire, in a process of its own: its work must not count as the bot's.

const KEYS = Number(process.argv[2]);
const WIDTHS: Readonly<Record<string, number>> = { '1m': MINUTE_MS, '1h': HOUR_MS, '1d': DAY_MS };
const COMMAND_EVERY_MS = 50;

const buckets = new Map<string, string>();

/** One bucket of the completions report as text; remembered, so that serving costs next to nothing. */
function bucketText(at: number, widthMs: number): string {
  const name = `${widthMs}:${at}`;
  const known = buckets.get(name);
  if (known !== undefined) return known;
  const results: string[] = [];
  for (let key = 0; key < KEYS; key += 1) {
    for (const row of rowsOf(key, callsIn(key, at, widthMs))) {
      results.push(
        `{"object":"organization.usage.completions.result","input_tokens":${row.input},"input_cached_tokens":${row.cached},"output_tokens":${row.output},"input_audio_tokens":0,"output_audio_tokens":0,"num_model_requests":${row.requests},"project_id":"${projectOf(key)}","user_id":null,"api_key_id":"${keyId(key)}","model":"${row.model}","batch":false,"service_tier":"default"}`,
      );
    }
  }
  const text = `{"object":"bucket","start_time":${at / 1000},"end_time":${(at + widthMs) / 1000},"results":[${results.join(',')}]}`;
  buckets.set(name, text);
  return text;
}

function usage(query: URLSearchParams, family: string): string {
  const widthMs = WIDTHS[query.get('bucket_width') ?? '1d'] ?? DAY_MS;
  const from = Number(query.get('page') ?? query.get('start_time')) * 1000;
  // The newest minutes are not published yet.
  const end = Math.min(Number(query.get('end_time')) * 1000, NOW + HOUR_MS);
  const to = Math.min(end, from + Number(query.get('limit') ?? 60) * widthMs);
  const data: string[] = [];
  for (let at = from; at < to; at += widthMs) {
    data.push(
      family === 'completions' ? bucketText(at, widthMs) : `{"object":"bucket","start_time":${at / 1000},"results":[]}`,
    );
  }
  const next = to < end ? `"${to / 1000}"` : 'null';
  return `{"object":"page","data":[${data.join(',')}],"has_more":${to < end},"next_page":${next}}`;
}

function keysOf(project: number, after: number): string {
  const first = Math.max(project * KEYS_PER_PROJECT, after + 1);
  const last = Math.min(KEYS, (project + 1) * KEYS_PER_PROJECT) - 1;
  const data = [];
  for (let key = first; key <= last; key += 1) {
    data.push({
      object: 'organization.project.api_key',
      id: keyId(key),
      name: `team-${key % 40}-service-${key}`,
      redacted_value: `sk-pro...${String(key).padStart(4, '0').slice(-4)}`,
      created_at: NOW / 1000 - 90 * 86_400,
      last_used_at: NOW / 1000 - (key % 100 < 60 ? 600 : 60 * 86_400),
      owner: {
        type: 'user',
        user: { id: `user_${key % 500}`, name: `P ${key % 500}`, email: `p${key % 500}@acme.example` },
      },
      owner_project_access: 'active',
    });
  }
  return JSON.stringify({ object: 'list', data, has_more: false, last_id: data.at(-1)?.id ?? null });
}

function projects(after: string | null): string {
  const count = Math.ceil(KEYS / KEYS_PER_PROJECT);
  const start = after === null ? 0 : Number(after.slice(5)) + 1;
  const data = Array.from({ length: Math.min(100, count - start) }, (_, index) => ({
    id: projectOf((start + index) * KEYS_PER_PROJECT),
    name: `project ${start + index}`,
    status: 'active',
  }));
  return JSON.stringify({ object: 'list', data, has_more: start + data.length < count, last_id: data.at(-1)?.id });
}

const EMPTY = '{"object":"list","data":[],"has_more":false,"next_page":null,"last_id":null}';

function answer(url: URL): string | undefined {
  const [, , , area = '', name = '', inner = ''] = url.pathname.split('/');
  if (area === 'usage') return usage(url.searchParams, name);
  if (area === 'projects' && name === '') return projects(url.searchParams.get('after'));
  if (area === 'projects' && inner === 'api_keys') return keysOf(Number(name.slice(5)), -1);
  return area === 'costs' || area === 'admin_api_keys' ? EMPTY : undefined;
}

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  const text = answer(new URL(request.url ?? '/', 'http://127.0.0.1'));
  response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(text ?? '{"error":{"message":"not here"}}');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const clock = systemClock;
const slack = await startSlackStandIn({ clock, wallNow: () => performance.now(), seed: defaultWorkspace });
let acks: number[] = [];
let lost = 0;
let typing = false;

/** Somebody types a command every few milliseconds; how long the ack took is what they would feel. */
async function type(): Promise<void> {
  const person = slack.person('U0ANA');
  while (typing) {
    const sent = performance.now();
    void person.command('/keys help', 'general').then(({ acked }) => {
      if (acked) acks.push(performance.now() - sent);
      else lost += 1;
    });
    await pause(COMMAND_EVERY_MS);
  }
}

process.on('message', (message) => {
  if (message === 'type') {
    typing = true;
    acks = [];
    void type();
  }
  if (message === 'rest') {
    typing = false;
    setTimeout(() => process.send?.({ acks, lost }), 1_000);
  }
});
process.on('disconnect', () => process.exit(0));
const { port } = server.address() as AddressInfo;
process.send?.({ openaiUrl: `http://127.0.0.1:${port}/v1`, slackUrl: slack.apiUrl });
