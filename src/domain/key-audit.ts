/** The first audit of all keys, in the order in which a person goes through it. */
export const AUDIT_STEPS = ['inventory', 'stale', 'prefixes', 'scope', 'caps', 'rotation', 'alerts'] as const;
export type AuditStep = (typeof AUDIT_STEPS)[number];

/** What is counted for a step; all but the first two of `inventory` are better the smaller they are. */
export const STEP_FIGURES = {
  inventory: ['keys', 'connections', 'unread', 'unowned'],
  stale: ['unused', 'never_used', 'unknown'],
  prefixes: ['prefixes'],
  scope: ['shared', 'unnamed'],
  caps: ['uncapped', 'unbounded'],
  rotation: ['overdue', 'old'],
  alerts: ['unheard', 'blind', 'unanswered'],
} as const satisfies Readonly<Record<AuditStep, readonly string[]>>;
export type AuditFigure = (typeof STEP_FIGURES)[AuditStep][number];
export type AuditFigures = Readonly<Partial<Record<AuditFigure, number>>>;

/** Figures that say how much there is, not how much is wrong. */
const SIZES: ReadonlySet<AuditFigure> = new Set(['keys', 'connections', 'prefixes', 'unknown']);

export interface AuditStepState {
  readonly step: AuditStep;
  readonly state: 'open' | 'done' | 'skipped';
  /** As it was when the audit began, and as it was looked at last. */
  readonly before: AuditFigures;
  readonly now: AuditFigures;
  readonly at: number | null;
  readonly by: string | null;
  /** Why it was skipped. */
  readonly reason: string | null;
}

export interface KeyAudit {
  readonly id: string;
  /** `done`: every step was; `ended`: a person ended it before. */
  readonly state: 'open' | 'done' | 'ended';
  readonly startedAt: number;
  readonly startedBy: string;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  readonly closeReason: string | null;
  /** In order. */
  readonly steps: readonly AuditStepState[];
  readonly scoreBefore: number;
  readonly scoreAfter: number | null;
  readonly revision: number;
}

/** What is wrong in the part that a step looks at; 0: nothing is left to do there. */
export function leftOf(step: AuditStep, figures: AuditFigures): number {
  const names: readonly AuditFigure[] = STEP_FIGURES[step];
  return names.reduce((sum, name) => sum + (SIZES.has(name) ? 0 : (figures[name] ?? 0)), 0);
}

/** Only what a step counts. */
export function figuresOf(step: AuditStep, figures: AuditFigures): AuditFigures {
  const names: readonly AuditFigure[] = STEP_FIGURES[step];
  return Object.fromEntries(names.flatMap((name) => (figures[name] === undefined ? [] : [[name, figures[name]]])));
}

/** The first that is open; null: there is none. */
export function nextAuditStep({ steps }: Pick<KeyAudit, 'steps'>): AuditStep | null {
  return steps.find(({ state }) => state === 'open')?.step ?? null;
}

export function overSteps({ steps }: Pick<KeyAudit, 'steps'>): number {
  return steps.filter(({ state }) => state !== 'open').length;
}

export type AuditEvent =
  | { readonly kind: 'done' | 'reopen'; readonly step: AuditStep }
  | { readonly kind: 'skip'; readonly step: AuditStep; readonly reason: string }
  | { readonly kind: 'end'; readonly reason: string };

interface Occasion {
  readonly at: number;
  readonly by: string;
  /** All figures, as they are now. */
  readonly figures: AuditFigures;
  readonly score: number;
}

export function startedAudit(id: string, { at, by, figures, score }: Occasion): KeyAudit {
  const steps = AUDIT_STEPS.map((step): AuditStepState => {
    const before = figuresOf(step, figures);
    return { step, state: 'open', before, now: before, at: null, by: null, reason: null };
  });
  const closed = { closedAt: null, closedBy: null, closeReason: null, scoreAfter: null };
  return { id, state: 'open', startedAt: at, startedBy: by, ...closed, steps, scoreBefore: score, revision: 1 };
}

/**
 * What an event makes of it; null: it changes nothing (any more). The last step that is over closes it. Figures of steps
 * that are over stay as they were when a person looked at them, until the audit closes: its report says what is true then.
 */
export function auditAfter(audit: KeyAudit, event: AuditEvent, occasion: Occasion): KeyAudit | null {
  if (audit.state !== 'open') return null;
  const { at, by, figures, score } = occasion;
  const next = { ...audit, revision: audit.revision + 1 };
  if (event.kind === 'end') {
    const closed = {
      state: 'ended' as const,
      closedAt: at,
      closedBy: by,
      closeReason: event.reason,
      scoreAfter: score,
    };
    return { ...next, ...closed, steps: audit.steps.map((one) => lookedAt(one, figures)) };
  }
  const before = audit.steps.find(({ step }) => step === event.step);
  if (before === undefined || (before.state === 'open') === (event.kind === 'reopen')) return null;
  const steps = audit.steps.map((one) => (one.step === event.step ? changed(one, event, occasion) : one));
  if (nextAuditStep({ steps }) !== null) return { ...next, steps };
  const closed = { state: 'done' as const, closedAt: at, closedBy: by, scoreAfter: score };
  return { ...next, ...closed, steps: steps.map((one) => lookedAt(one, figures)) };
}

/** The same with fresh figures for what is still open; null: they are as they were. */
export function auditRefreshed(audit: KeyAudit, figures: AuditFigures): KeyAudit | null {
  if (audit.state !== 'open') return null;
  const steps = audit.steps.map((one) => (one.state === 'open' ? lookedAt(one, figures) : one));
  const isSame = JSON.stringify(steps) === JSON.stringify(audit.steps);
  return isSame ? null : { ...audit, steps, revision: audit.revision + 1 };
}

function changed(
  state: AuditStepState,
  event: Exclude<AuditEvent, { readonly kind: 'end' }>,
  { at, by, figures }: Occasion,
): AuditStepState {
  const looked = lookedAt(state, figures);
  if (event.kind === 'reopen') return { ...looked, state: 'open', at: null, by: null, reason: null };
  if (event.kind === 'skip') return { ...looked, state: 'skipped', at, by, reason: event.reason };
  return { ...looked, state: 'done', at, by, reason: null };
}

function lookedAt(state: AuditStepState, figures: AuditFigures): AuditStepState {
  return { ...state, now: figuresOf(state.step, figures) };
}
