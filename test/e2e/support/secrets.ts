import { defaultWorkspace } from '../../../src/sandbox/slack/index.ts';

/** Everything that the app of a stage is given to keep to itself. */
export const SECRETS = {
  openai: 'sandbox-openai-admin-key',
  anthropic: 'sandbox-anthropic-admin-key',
  installation: 'sandbox-installation-secret',
  botToken: defaultWorkspace.app.botToken,
  appToken: defaultWorkspace.app.appToken,
} as const;

/** The names of the secrets that the text holds, in any of the forms in which bytes may have been written. */
export function secretsIn(text: string | Buffer): readonly string[] {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  return Object.entries(SECRETS)
    .filter(([, secret]) => formsOf(secret).some((form) => bytes.includes(form)))
    .map(([name]) => name);
}

function formsOf(secret: string): readonly Buffer[] {
  return [Buffer.from(secret), Buffer.from(secret, 'utf16le'), Buffer.from(Buffer.from(secret).toString('hex'))];
}
