import { slackTrouble } from '../../../slack/trouble.ts';
import { type Check, fault, type Line, ok, type Surroundings, skipped, warning } from '../check.ts';

const TOKEN = 'Slack bot token';
const SCOPES = 'Slack scopes';
const ADD =
  'Add them on the app page, OAuth & Permissions (or paste manifest.yml under App Manifest), then reinstall the app.';

/** Whether Slack takes the bot token, and whether the app was granted what manifest.yml asks for. */
export const slackToken: Check = {
  subject: TOKEN,
  async run({ parts, slack, manifestScopes }) {
    if (slack === undefined) return [skipped(TOKEN, 'there is no usable SLACK_BOT_TOKEN')];
    try {
      const { botName, teamName, scopes } = await slack.sight();
      return [ok(TOKEN, `accepted: @${botName} in ${teamName}`), scopeLine(scopes, manifestScopes)];
    } catch (error) {
      const { what, remedy } = slackTrouble(error, parts.slackAddress.url);
      return [fault({ subject: TOKEN, what }, remedy)];
    }
  },
};

function scopeLine(granted: readonly string[] | null, wanted: Surroundings['manifestScopes']): Line {
  if (granted === null) return skipped(SCOPES, 'Slack does not name them');
  if (wanted === null) return skipped(SCOPES, 'manifest.yml is not here to compare with');
  const missing = wanted.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) return warning({ subject: SCOPES, what: `not granted: ${missing.join(', ')}` }, ADD);
  const extra = granted.filter((scope) => !wanted.includes(scope));
  const remark = extra.length === 0 ? '' : `; granted and not needed: ${extra.join(', ')}`;
  return ok(SCOPES, `all ${wanted.length} granted${remark}`);
}
