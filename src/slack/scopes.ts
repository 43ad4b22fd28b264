/** What of Keysteward needs each scope of manifest.yml, for the sentence that says what does not work. */
export const SCOPE_USES: Readonly<Record<string, string>> = {
  commands: '`/keys`',
  'chat:write': 'messages of any kind',
  'im:write': 'direct messages, to owners and where the alerts channel cannot be posted to',
  'im:history': 'finding a direct message again whose answer was lost',
  'users:read': 'looking up who somebody is, and so every right',
  'users:read.email': 'finding the owners of keys by their e-mail address',
  'files:read': 'the sheet that `/keys import` is given',
  'files:write': 'the sheets that `/keys export` sends',
  'usergroups:read': 'the user groups that policy.yml names under roles',
  'channels:read': 'finding the alerts channel by its name, and who reads it',
  'groups:read': 'finding a private alerts channel by its name, and who reads it',
  'channels:history': 'finding an alert again whose answer was lost',
  'pins:write': 'pinning the message of a campaign while it runs',
  'groups:history': 'finding an alert in a private channel again whose answer was lost',
};

const HOW_TO =
  'Add it: open the app at api.slack.com/apps, put manifest.yml under App Manifest, and reinstall the app to the workspace';

/** What is missing, what needs it and how to add it, as sentences. */
export function missingScopeText(scopes: readonly string[]): string {
  if (scopes.length === 0) return `The app lacks a Slack scope. ${HOW_TO}.`;
  const named = scopes.map((scope) => `\`${scope}\`${usedFor(scope)}`).join(' and ');
  return `The app lacks the Slack scope ${named}. ${HOW_TO}; everything else goes on.`;
}

function usedFor(scope: string): string {
  const use = Object.hasOwn(SCOPE_USES, scope) ? SCOPE_USES[scope] : undefined;
  return use === undefined ? '' : `, needed for ${use}`;
}
