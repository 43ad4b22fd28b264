const MASK = '[secret]';
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A value that prints as `[secret]` everywhere; `reveal()` is the only way out. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [INSPECT](): string {
    return MASK;
  }
}

// Prefixed key formats of the providers and of Slack. Broad on purpose: hiding a harmless word costs nothing.
// An underscore before it counts as a border: people name keys `prod_<the key>`.
const SECRET_PATTERNS: readonly RegExp[] = [
  /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])xox[a-z]-[A-Za-z0-9-]{8,}/g,
  /(?<![A-Za-z0-9])xapp-[A-Za-z0-9-]{8,}/g,
  /(?<![A-Za-z0-9])xai-[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{16,}/g,
  /(?<![A-Za-z0-9])(?:AIza|AQ\.)[\w-]{16,}/g,
  /(?<![A-Za-z0-9])ABSK[A-Za-z0-9+/]{32,}=*/g,
  /(?<![A-Za-z0-9])(?:hf|api_org|tgp|fw|pplx|gh[opsu]|github_pat|bedrock-api-key)[_-][A-Za-z0-9_-]{16,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/-]{8,}=*/gi,
];

/** Replaces everything that looks like a credential. For logs and for text that came from outside. */
export function scrubSecrets(text: string): string {
  return SECRET_PATTERNS.reduce((scrubbed, pattern) => scrubbed.replace(pattern, MASK), text);
}

export function looksLikeSecret(text: string): boolean {
  return scrubSecrets(text) !== text;
}
