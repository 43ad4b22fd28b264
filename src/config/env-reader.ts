import { looksLikeSecret, Secret } from '../domain/secret.ts';
import { parseAddress } from './address.ts';
import type { Address } from './config.ts';
import type { Fault } from './faults.ts';
import { type Complaint, untidy, untidySecret } from './value-checks.ts';
import type { PlainVariable } from './variables.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The text of a file, or undefined when there is none at that path. Throws when it cannot be read. */
export type ReadFile = (path: string) => string | undefined;

export interface GivenSecret {
  /** The variable it came from, `…_FILE` included. */
  readonly where: string;
  readonly secret: Secret;
}

/** Reads variables, collects every fault and remembers which names were used. Never repeats a value. */
export class EnvReader {
  readonly faults: Fault[] = [];
  readonly used = new Set<string>();
  readonly env: Env;
  readonly readFile: ReadFile;

  constructor(env: Env, readFile: ReadFile) {
    this.env = env;
    this.readFile = readFile;
  }

  /** The variable's value; empty counts as not set, as in a copied .env.example. */
  text(name: PlainVariable | `${string}_BASE_URL`): string | undefined {
    this.used.add(name);
    const value = given(this.env, name);
    if (value === undefined) return undefined;
    const complaint = untidy(value);
    if (complaint === undefined) return value;
    this.complain(name, complaint);
    return undefined;
  }

  address(name: PlainVariable | `${string}_BASE_URL`, defaultUrl: string): Address {
    const text = this.text(name);
    const parsed = text === undefined ? { url: defaultUrl, isDefault: true } : parseAddress(text, defaultUrl);
    if ('url' in parsed) return parsed;
    this.complain(name, parsed);
    // Counts as "not the default", so that a wrong address does not draw complaints about the key's form too.
    return { url: defaultUrl, isDefault: false };
  }

  /** A secret from `name` or from the file that `name_FILE` points to; one line unless `many` are allowed. */
  secret(name: string, lines?: 'many'): GivenSecret | undefined {
    const fileName = `${name}_FILE`;
    this.used.add(name).add(fileName);
    const direct = given(this.env, name);
    const path = given(this.env, fileName);
    if (direct !== undefined && path !== undefined) {
      this.complain(fileName, { problem: `is set together with ${name}`, fix: 'Keep one of the two.' });
      return undefined;
    }
    if (direct !== undefined) return this.checked(name, direct, lines);
    if (path === undefined) return undefined;
    const content = this.secretFile(fileName, path);
    return content === undefined ? undefined : this.checked(fileName, content, lines);
  }

  /** True when the variable or its file form is set, rightly or not. */
  has(name: string): boolean {
    return given(this.env, name) !== undefined || given(this.env, `${name}_FILE`) !== undefined;
  }

  complain(where: string, complaint: Complaint): void {
    this.faults.push({ where, problem: complaint.problem, fix: complaint.fix });
  }

  private checked(where: string, value: string, lines: 'many' | undefined): GivenSecret | undefined {
    const complaint = lines === 'many' ? undefined : untidySecret(value);
    if (complaint === undefined) return { where, secret: new Secret(value) };
    this.complain(where, complaint);
    return undefined;
  }

  private secretFile(fileName: string, path: string): string | undefined {
    const complaint = untidy(path);
    if (complaint !== undefined) {
      this.complain(fileName, complaint);
      return undefined;
    }
    try {
      const content = this.readFile(path)?.replace(/\r?\n$/, '');
      if (content !== undefined && content.trim() !== '') return content;
      this.complain(fileName, unusableFile(path, content === undefined ? 'does not exist' : 'is empty'));
    } catch (error) {
      this.complain(fileName, unusableFile(path, `cannot be read${errorCode(error)}`));
    }
    return undefined;
  }
}

/** The value of a variable that is set to something. */
export function given(env: Env, name: string): string | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** ` (EACCES)` for a system error, else nothing: other messages may quote what they failed on. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}

// The path is not shown: it is the secret itself when somebody mixed the two variables up.
function unusableFile(path: string, state: string): Complaint {
  return looksLikeSecret(path)
    ? { problem: 'holds a key instead of a path', fix: 'Put the key into the variable without _FILE.' }
    : {
        problem: `points to a file that ${state}`,
        fix: 'Write the path of a readable file that holds only the secret.',
      };
}
