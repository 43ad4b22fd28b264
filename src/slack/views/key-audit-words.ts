import { type AuditFigure, type AuditStep, type AuditStepState, STEP_FIGURES } from '../../domain/key-audit.ts';
import type { CommandLine } from '../command-button.ts';

interface StepWords {
  readonly title: string;
  /** What a person is asked to do, and why. */
  readonly how: string;
  readonly looks: readonly (Pick<CommandLine, 'name' | 'argument'> & { readonly label: string })[];
}

export const STEP_WORDS: Readonly<Record<AuditStep, StepWords>> = {
  inventory: {
    title: 'Inventory',
    how: 'Is every key here? What has no API is registered by hand, many at once with `/keys import`. Then give each key an owner: nobody stops what nobody owns.',
    looks: [
      { label: 'All keys', name: 'list', argument: '' },
      { label: 'Without owner', name: 'list', argument: 'unowned kind:inference' },
      { label: 'Register a key…', name: 'register', argument: '' },
    ],
  },
  stale: {
    title: 'Unused keys',
    how: 'A key that nobody uses can only be stolen. Suspend it, and delete it when nobody has missed it.',
    looks: [{ label: 'Unused keys', name: 'stale', argument: '' }],
  },
  prefixes: {
    title: 'Keys that lie about',
    how: 'Search code with its history, CI variables, wikis and chats for how your keys begin. What you find has leaked, however old it is: `/keys rotate <key> --emergency`.',
    looks: [{ label: 'Hints as a sheet', name: 'export', argument: 'csv audit' }],
  },
  scope: {
    title: 'Scope',
    how: 'One workload, one key, one project or workspace: then a cap or a stop hits nobody else, and the bill says what costs what.',
    looks: [
      { label: 'Shared scopes', name: 'score', argument: 'scoped' },
      { label: 'Names and places', name: 'lint', argument: '' },
    ],
  },
  caps: {
    title: 'Caps',
    how: 'A cap is what a leak can cost at most. Each proposal is made of the months before; one click sets it.',
    looks: [
      { label: 'Caps', name: 'caps', argument: '' },
      { label: 'Blast radius', name: 'blast-radius', argument: '' },
    ],
  },
  rotation: {
    title: 'Rotation',
    how: 'Rotate on a calendar, not on a panic. The oldest first: who knows where they have been?',
    looks: [
      { label: 'Overdue', name: 'score', argument: 'rotated' },
      { label: 'Older than a year', name: 'score', argument: 'young' },
    ],
  },
  alerts: {
    title: 'Alerts',
    how: 'Who would notice a leak, where, and how soon? A test alert goes the whole way and calls only you. The report has the three answers for each key.',
    looks: [
      { label: 'Status', name: 'status', argument: '' },
      { label: 'Test alert', name: 'test-alert', argument: '' },
    ],
  },
};

const FIGURE_WORDS: Readonly<Record<AuditFigure, (count: number) => string>> = {
  keys: (count) => (count === 1 ? 'working key' : 'working keys'),
  connections: (count) => (count === 1 ? 'connection' : 'connections'),
  unread: () => 'registered by hand, so that nobody reads their usage',
  unowned: () => 'without an owner',
  unused: () => 'not used for 30 days',
  never_used: () => 'never used',
  unknown: () => 'too new to tell',
  prefixes: (count) => (count === 1 ? 'form to search for' : 'forms to search for'),
  shared: (count) => `${count === 1 ? 'shares its' : 'share their'} project or workspace with others`,
  unnamed: () => 'without an environment or the name that policy wants',
  uncapped: () => 'without a cap',
  unbounded: () => 'could cost more than $1,000 in 48 hours, and no cap stops them',
  overdue: () => 'overdue for rotation',
  old: () => 'older than a year',
  unheard: () => 'of which an alert would call nobody',
  blind: () => 'whose usage cannot be read now',
  unanswered: (count) => `with ${count === 1 ? 'an alert' : 'alerts'} that nobody answered in time`,
};

/** `42 working keys · 12 without an owner (15 at first)`; figures of zero are left out where they always were. */
export function figuresText({ step, before, now }: Pick<AuditStepState, 'step' | 'before' | 'now'>): string {
  const names: readonly AuditFigure[] = STEP_FIGURES[step];
  const parts = names.flatMap((name) => {
    const count = now[name] ?? 0;
    const first = before[name] ?? 0;
    if (count === 0 && first === 0) return [];
    return [`${count} ${FIGURE_WORDS[name](count)}${first === count ? '' : ` (${first} at first)`}`];
  });
  return parts.join(' · ') || NOTHING[step];
}

const NOTHING: Readonly<Record<AuditStep, string>> = {
  inventory: 'no working key is known',
  stale: 'every key is used',
  prefixes: 'no hint of a key is known',
  scope: 'each key has a scope of its own, and is named as policy wants',
  caps: 'every key has a cap',
  rotation: 'no key is overdue or older than a year',
  alerts: 'somebody would be called for each key, and every alert was answered',
};
