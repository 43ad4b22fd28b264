import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { ReadFile } from './env-reader.ts';

const NEW_APP = 'https://api.slack.com/apps?new_app=1&manifest_yaml=';
const shape = z.looseObject({ oauth_config: z.looseObject({ scopes: z.looseObject({ bot: z.array(z.string()) }) }) });

export interface Manifest {
  readonly path: string;
  /** The scopes of the bot token. */
  readonly scopes: readonly string[];
  /** Opens Slack's page for a new app, filled in. */
  readonly link: string;
}

/** The app's manifest as it is shipped, two levels above this file in src/ and in dist/ alike; null: not shipped. */
export function readManifest(readFile: ReadFile, path = shipped('manifest.yml')): Manifest | null {
  const text = readFile(path);
  if (text === undefined) return null;
  const content: unknown = parse(text);
  // Without its comments: they would make the address a third longer.
  const link = `${NEW_APP}${encodeURIComponent(stringify(content, { lineWidth: 0, indent: 1 }))}`;
  return { path, scopes: shape.parse(content).oauth_config.scopes.bot, link };
}

/** A file that is shipped beside the program. */
export function shipped(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
