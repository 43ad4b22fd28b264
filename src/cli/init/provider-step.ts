import { adminKeyNames } from '../../config/provider-env.ts';
import { wrongAdminKey } from '../../config/value-checks.ts';
import { publicMessageOf } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ProviderDefinition } from '../../ports/provider.ts';
import { NEEDED_READS, surveyConnection } from '../../services/setup/survey-connection.ts';
import { systemClock } from '../../system/clock.ts';
import { surveyLines } from '../doctor/checks/admin-keys.ts';
import { silentLogger } from '../doctor/silent.ts';
import { askSecret, type SecretQuestion, type Session, settleSecret, type Tried } from './session.ts';

const NAME = /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/;
const RESERVED = new Set(['READ', 'WRITE']);

/** The admin keys, one provider at a time; each is tried at once, with reads only. */
export async function providerStep(session: Session, providers: readonly ProviderDefinition[]): Promise<void> {
  const { say, draft, ask } = session;
  say('\n2 of 4  Providers: an admin key lists keys and reads usage. It is tried now, with reads only.');
  for (;;) {
    for (const provider of providers) await oneProvider(session, provider);
    const isSet = providers.some((provider) => adminKeyNames(draft.env, provider).length > 0);
    if (isSet) return;
    if (
      !(await ask.confirm(
        'No admin key yet, and Keysteward cannot start without one. Go through the providers again?',
        true,
      ))
    )
      return;
  }
}

async function oneProvider(session: Session, provider: ProviderDefinition): Promise<void> {
  const { ask, draft } = session;
  const present = [...new Set(adminKeyNames(draft.env, provider).map((name) => name.replace(/_FILE$/, '')))];
  for (const name of present) await settleSecret(session, questionOf(session, provider, name));
  if (present.length === 0 && !(await newKey(session, provider, ''))) return;
  while (await ask.confirm(`Another organization at ${provider.title}?`, false)) {
    const label = await nameOf(session);
    if (label !== null) await newKey(session, provider, `__${label}`);
  }
}

/** A short name in capitals, since it ends a variable's name. Null: given up. */
async function nameOf({ ask, say }: Session): Promise<string | null> {
  for (;;) {
    const name = (await ask.text('A short name for it, such as ACME (empty to go on):')).trim().toUpperCase();
    if (name === '') return null;
    if (NAME.test(name) && !RESERVED.has(name)) return name;
    say('  Letters, digits and single underscores, and not READ or WRITE.');
  }
}

/** Asks for a key and what it may be used for. Says whether there is one. */
async function newKey(session: Session, provider: ProviderDefinition, suffix: string): Promise<boolean> {
  const both = `${provider.envPrefix}_ADMIN_KEY${suffix}`;
  const readOnly = `${provider.envPrefix}_ADMIN_KEY_READ${suffix}`;
  const answer = await askSecret(session, questionOf(session, provider, both));
  if (answer === null) return false;
  const choices = [
    {
      value: 'both',
      name: 'Read, and stop keys when somebody clicks',
      description: 'Nothing is ever stopped without a click, or your policy.',
    },
    { value: 'read', name: 'Read only', description: 'Buttons then show the steps for the provider’s console.' },
  ] as const;
  const use = await session.ask.select('What may Keysteward use this key for?', choices, 'both');
  if (use === 'read') {
    session.draft.setSecret(both, null);
    session.draft.setSecret(readOnly, answer.secret.reveal());
  }
  return true;
}

function questionOf({ draft }: Session, provider: ProviderDefinition, name: string): SecretQuestion<null> {
  const { title, envPrefix, adminKeyForm } = provider;
  const address = draft.reader.address(`${envPrefix}_BASE_URL`, provider.defaultBaseUrl);
  const shown =
    adminKeyForm === undefined ? '' : ` (${adminKeyForm.shown ?? adminKeyForm.prefix}…, from ${adminKeyForm.where})`;
  return {
    name,
    title: `${title} admin key`,
    message: `${title} admin key${shown}, hidden; empty to skip:`,
    // A stand-in takes any form, as the start does.
    check: (value) => (adminKeyForm && address.isDefault ? wrongAdminKey(adminKeyForm, value) : undefined),
    attempt: (secret) => tryKey(provider, secret, address.url),
  };
}

async function tryKey(definition: ProviderDefinition, readKey: Secret, baseUrl: string): Promise<Tried<null>> {
  try {
    const { id: connectionId, title } = definition;
    const provider = definition.connect({ connectionId, readKey, writeKey: undefined, baseUrl, logger: silentLogger });
    const now = systemClock.now();
    const survey = await surveyConnection({ provider, readKey, now });
    const lines = surveyLines({ subject: title, host: new URL(baseUrl).host, now }, survey);
    const told = lines.map(({ what, remedy }) => (remedy === null ? `${what}.` : `${what}. ${remedy}`)).join('\n  ');
    const needed = survey.outcomes.filter(({ read }) => NEEDED_READS.has(read));
    if (needed.some(({ state }) => state === 'refused' || state === 'closed')) return { kind: 'refused', told };
    if (needed.some(({ state }) => state === 'failed')) return { kind: 'unreachable', told };
    return { kind: 'accepted', found: null, told };
  } catch (error) {
    return { kind: 'refused', told: publicMessageOf(error) };
  }
}
