import type { Call } from '../../providers/index.ts';
import type { ApiCall } from '../../slack/index.ts';
import type { Stage } from '../../stage.ts';
import type { TrueCall } from '../protocol.ts';

/** Polls are many: what changed something is kept apart, so that they do not push it out. */
const LATEST = 40;
const LOOKED_AT = 2_000;
const SLACK_READS = /^(auth|apps|bots|users|usergroups|conversations)\.|^files\.info$|^chat\.getPermalink$/;
/** Ids in a path say nothing to people. */
const ID_SEGMENT = /^(key|apikey|proj|wrkspc|svc_acct|user)[-_]/;

/** What the bot asked of the providers and Slack, newest first. */
export function callsOf({
  slack,
  openai,
  anthropic,
}: Pick<Stage, 'slack' | 'openai' | 'anthropic'>): readonly TrueCall[] {
  const all = [
    ...slack.calls.slice(-LOOKED_AT).map(slackCall),
    ...openai.calls.slice(-LOOKED_AT).map((call) => providerCall('openai', call)),
    ...anthropic.calls.slice(-LOOKED_AT).map((call) => providerCall('anthropic', call)),
  ]
    .reverse()
    .sort((a, b) => b.at - a.at);
  const changes = all.filter(({ isChange }) => isChange).slice(0, LATEST);
  const reads = all.filter(({ isChange }) => !isChange).slice(0, LATEST);
  const shown = new Set([...changes, ...reads]);
  return all.filter((call) => shown.has(call));
}

function slackCall({ at, method, ok }: ApiCall): TrueCall {
  return { at, to: 'slack', what: method, ok, isChange: !SLACK_READS.test(method) };
}

function providerCall(to: 'openai' | 'anthropic', { at, method, path, status }: Call): TrueCall {
  const short = path
    .split('/')
    .map((segment) => (ID_SEGMENT.test(segment) ? '…' : segment))
    .join('/');
  return { at, to, what: `${method} ${short}`, ok: status >= 200 && status < 300, isChange: method !== 'GET' };
}
