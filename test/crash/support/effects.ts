import type { EffectKind } from './gate.ts';

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: Buffer;
}

// Web API methods that cannot change anything. What is not named here counts as a change, so a new method is picked up.
const SLACK_READS = /^(auth\.test|apps\.connections\.open|(conversations|users|usergroups|files|team)\..*)$/;
const SLACK_CHANGES = /^(conversations\.(open|join|invite|create|archive)|files\..*upload.*)$/i;
const SECRET_PATH = /^\/(response|upload)\/.*/;

/** What a request is called, and whether it may change something. */
export function effectOf(target: string, { method, url, body }: Request): { kind: EffectKind; label: string } {
  const path = url.split('?', 1)[0] ?? url;
  const [, area, name = ''] = path.split('/');
  if (area === 'api') {
    const isRead = SLACK_READS.test(name) && !SLACK_CHANGES.test(name);
    return { kind: isRead ? 'read' : 'request', label: `${target} ${name}${subjectOf(body)}` };
  }
  const kind = method === 'GET' || method === 'HEAD' ? 'read' : 'request';
  return { kind, label: `${target} ${method} ${path.replace(SECRET_PATH, '/$1/…')}` };
}

/** The kind of thing that a message is about, as its metadata says. */
function subjectOf(body: Buffer): string {
  const metadata = new URLSearchParams(String(body)).get('metadata') ?? String(body);
  const subject = /"subject":"(\w+):/.exec(metadata)?.[1];
  return subject === undefined ? '' : ` ${subject}`;
}

/** What a gesture is called whose acknowledgement passes. */
export function ackLabel(frame: Readonly<Record<string, unknown>>): string {
  const payload = frame['payload'] as Readonly<Record<string, unknown>> | undefined;
  const view = payload?.['view'] as { callback_id?: string } | undefined;
  const actions = payload?.['actions'] as readonly { action_id?: string }[] | undefined;
  const detail = actions?.[0]?.action_id ?? view?.callback_id ?? payload?.['command'] ?? frame['type'];
  return `ack of ${payload?.['type'] ?? frame['type']} ${detail}`;
}
