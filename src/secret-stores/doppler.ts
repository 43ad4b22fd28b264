import { createHmac } from 'node:crypto';
import type { DopplerSDK } from '@dopplerhq/node-sdk';
import { z } from 'zod';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, lookAt, type Session } from './lib/build-store.ts';
import { ASK, FORGET, GIVE } from './lib/by-hand.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { fieldPlaceOf } from './lib/reference.ts';
import { address } from './lib/settings.ts';
import { sendJson, WireFailure } from './lib/wire.ts';

const PACKAGE = '@dopplerhq/node-sdk';
const VERSION_LENGTH = 16;

const settings = z.strictObject({ address: address.default('https://api.doppler.com') });
const secretAnswer = z.object({ value: z.object({ raw: z.string().nullish() }).nullish() });

export const doppler: SecretStoreDefinition = {
  id: 'doppler',
  title: 'Doppler',
  settings,
  credentials: [
    {
      suffix: 'TOKEN',
      required: true,
      advice: 'Make a service token with read and write access in the config, under Access.',
    },
  ],
  reference: {
    pattern: /^[a-z0-9_-]+\/[a-z0-9_-]+#[A-Z_][A-Z0-9_]{0,199}$/,
    advice: 'project, config and the name in capitals: gateway/prd#{SLUG}_API_KEY',
  },
  connect: (options) => connectDoppler(options),
};

export async function connectDoppler(options: StoreOptions, transport = DEFAULT_TRANSPORT): Promise<SecretStore> {
  const link = linkOf(doppler, options, transport);
  const { DopplerSDK: Sdk } = await loadClient(link, [PACKAGE], () => import('@dopplerhq/node-sdk'));
  const own = settings.parse(options.settings);
  const token = options.credentials.get('TOKEN')?.reveal() ?? '';
  const connect = (signal: AbortSignal) => {
    const sdk = new Sdk({ accessToken: token });
    sdk.setBaseUrl(own.address);
    Object.assign(sdk.secrets, { httpClient: transportOf(signal) });
    return sdk.secrets;
  };
  return dopplerStore({ link, connect, token });
}

type Headers = Readonly<Record<string, string>>;

/** The client's own transport repeats writes, waits for ever, and ends the process over an answer that is no JSON. */
function transportOf(signal: AbortSignal) {
  const send = (method: string) => async (url: string, input: object, headers: Headers) => {
    const json = Object.keys(input).length === 0 ? undefined : input;
    const { status, body } = await sendJson({ method, url, headers, json, signal });
    return { data: body, status };
  };
  return { get: send('GET'), post: send('POST') };
}

interface Parts {
  readonly link: Link;
  readonly connect: (signal: AbortSignal) => DopplerSDK['secrets'];
  readonly token: string;
}

function dopplerStore({ link, connect, token }: Parts): SecretStore {
  return buildStore({
    link,
    kind: doppler.id,
    capabilities: { readBack: 'value', restore: false },
    provesWrite: false,
    open: async (signal) => sessionOf(link, connect(signal), token),
    byHand: (reference) => {
      const [project, config, name] = partsOf(link, reference);
      return [ASK, `${GIVE} | doppler secrets set ${name} --project ${project} --config ${config} --silent`, FORGET];
    },
  });
}

function sessionOf(link: Link, secrets: DopplerSDK['secrets'], token: string): Session<null> {
  // A value has no version of its own there. This changes with the value, and only who holds the token can guess at it.
  const versionOf = (reference: string, value: string) => ({
    version: createHmac('sha256', token).update(`${reference}\0${value}`).digest('hex').slice(0, VERSION_LENGTH),
    createdAt: null,
  });
  const read = async (reference: string): Promise<string | null> => {
    const [project, config, name] = partsOf(link, reference);
    try {
      return secretAnswer.parse(await secrets.get(project, config, name)).value?.raw ?? null;
    } catch (thrown) {
      if (thrown instanceof WireFailure && thrown.status === 404) return null;
      throw thrown;
    }
  };
  return {
    async look(reference) {
      const value = await read(reference);
      return lookAt(value, versionOf(reference, value ?? ''), null);
    },
    async put({ reference, value }) {
      const [project, config, name] = partsOf(link, reference);
      await secrets.update({ project, config, secrets: { [name]: value } });
      return versionOf(reference, value);
    },
    // A config that is not there would pass for a name that is not there yet.
    async prove(reference) {
      const [project, config] = partsOf(link, reference);
      await secrets.names(project, config);
    },
  };
}

function partsOf(link: Link, reference: string): readonly [project: string, config: string, name: string] {
  const { path, field } = fieldPlaceOf(link, reference);
  const [project = '', config = ''] = path.split('/');
  return [project, config, field];
}
