import type { Complaint } from '../../config/value-checks.ts';
import { untidySecret } from '../../config/value-checks.ts';
import { Secret } from '../../domain/secret.ts';
import type { Ask } from './ask.ts';
import type { Draft } from './draft.ts';

export interface Session {
  readonly ask: Ask;
  readonly say: (text: string) => void;
  readonly draft: Draft;
}

/** What came of trying a secret. */
export type Tried<Found> =
  | { readonly kind: 'accepted'; readonly found: Found; readonly told: string }
  /** `unreachable`: nobody said that it is wrong. */
  | { readonly kind: 'refused' | 'unreachable'; readonly told: string };

export interface SecretQuestion<Found> {
  /** The variable. */
  readonly name: string;
  /** Its name for people: `bot token`. */
  readonly title: string;
  readonly message: string;
  /** What can be told without asking anybody. */
  readonly check: (value: string) => Complaint | undefined;
  readonly attempt: (secret: Secret) => Promise<Tried<Found>>;
}

export interface SecretAnswer<Found> {
  readonly secret: Secret;
  /** Null: kept although it could not be tried. */
  readonly found: Found | null;
  readonly isNew: boolean;
}

/** Offers what is there, else asks until something is accepted. Null: skipped. The answer is in the draft. */
export async function settleSecret<Found>(
  session: Session,
  question: SecretQuestion<Found>,
): Promise<SecretAnswer<Found> | null> {
  const { ask, say, draft } = session;
  const present = draft.present(question.name);
  if (present !== undefined) {
    say(`Trying the ${question.title} that is there …`);
    const tried = await question.attempt(present.secret);
    say(`  ${tried.told}`);
    const kept = { secret: present.secret, found: tried.kind === 'accepted' ? tried.found : null, isNew: false };
    if (present.isFixed) {
      say(
        `  It comes from the environment, which wins over .env, so it is not asked for. Change ${question.name} there.`,
      );
      return kept;
    }
    if (tried.kind !== 'refused' && (await ask.confirm(`Keep this ${question.title}?`, true))) return kept;
  }
  return askSecret(session, question);
}

/** Asks until something is accepted, or skipped. */
export async function askSecret<Found>(
  { ask, say, draft }: Session,
  { name, title, message, check, attempt }: SecretQuestion<Found>,
): Promise<SecretAnswer<Found> | null> {
  for (;;) {
    const value = (await ask.secret(message)).trim();
    if (value === '') return null;
    const complaint = untidySecret(value) ?? check(value);
    if (complaint !== undefined) {
      say(`  This ${complaint.problem}. ${complaint.fix}`);
      continue;
    }
    const secret = new Secret(value);
    const tried = await attempt(secret);
    say(`  ${tried.told}`);
    if (tried.kind === 'refused') continue;
    if (
      tried.kind === 'unreachable' &&
      !(await ask.confirm(`Keep this ${title} although it could not be tried?`, false))
    )
      continue;
    draft.setSecret(name, value);
    return { secret, found: tried.kind === 'accepted' ? tried.found : null, isNew: true };
  }
}
