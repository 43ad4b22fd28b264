import { parse } from 'dotenv';
import { AppError } from '../domain/errors.ts';
import type { Env, ReadFile } from './env-reader.ts';
import { errorCode } from './env-reader.ts';

/** The environment completed from a .env file, if there is one. What is set in the real environment wins. */
export function loadDotEnv(readFile: ReadFile, path: string, env: Env): Env {
  const merged: Record<string, string | undefined> = { ...parse(contentOf(readFile, path)) };
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function contentOf(readFile: ReadFile, path: string): string {
  try {
    return readFile(path) ?? '';
  } catch (error) {
    throw new AppError({
      code: 'invalid_config',
      message: `${path} cannot be read${errorCode(error)}`,
      publicMessage: `${path} cannot be read${errorCode(error)}. Make it readable for this user, or remove it.`,
    });
  }
}
