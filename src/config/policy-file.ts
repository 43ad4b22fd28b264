import { type Document, isMap, isScalar, parseDocument } from 'yaml';
import { AppError } from '../domain/errors.ts';
import type { Environment } from '../domain/key.ts';
import { formatFaults } from './faults.ts';
import { type ParsePolicyOptions, parsePolicy } from './policy.ts';

/** What set-up decides; everything else in the file stays as it is. Left out: not asked, not changed. */
export interface PolicyAnswers {
  readonly alertsChannel?: string;
  readonly admins?: readonly string[];
  readonly responders?: readonly string[];
  readonly autoContain?: { readonly enabled: boolean; readonly aboveUsd?: number };
  /** Added below the rules that are there. */
  readonly environments?: readonly { readonly match: string; readonly environment: Exclude<Environment, 'unknown'> }[];
}

/** policy.yml with the answers in their places, comments kept. Throws when the result would not be a good policy. */
export function changePolicy(text: string, answers: PolicyAnswers, options: ParsePolicyOptions): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw wrongFile(text, options);
  const changes = [
    put(document, ['channels', 'alerts'], answers.alertsChannel),
    put(document, ['roles', 'admins'], answers.admins),
    put(document, ['roles', 'responders'], answers.responders),
    put(document, ['auto_contain', 'enabled'], answers.autoContain?.enabled),
    put(document, ['auto_contain', 'above_usd'], answers.autoContain?.aboveUsd),
    addRules(document, answers.environments ?? []),
  ];
  const changed = changes.includes(true)
    ? document.toString({ lineWidth: 0, flowCollectionPadding: false, singleQuote: true })
    : text;
  if (!parsePolicy(changed, options).ok) throw wrongFile(changed, options);
  return changed;
}

type Value = string | number | boolean | readonly string[];

/** Says whether that changed anything. */
function put(document: Document, path: readonly string[], value: Value | undefined): boolean {
  if (value === undefined) return false;
  const node = document.getIn(path, true);
  const old = node === undefined ? undefined : JSON.stringify(isScalar(node) ? node.value : plainOf(document, path));
  if (old === JSON.stringify(value)) return false;
  // A scalar keeps the comment behind it.
  if (isScalar(node) && typeof value !== 'object') node.value = value;
  else putNew(document, path, value);
  return true;
}

function putNew(document: Document, path: readonly string[], value: Value): void {
  const [section = ''] = path;
  // `roles:` with nothing below it is null, which takes no keys.
  if (!isMap(document.get(section))) document.set(section, document.createNode({}));
  document.setIn(path, document.createNode(value, { flow: true }));
}

function addRules(document: Document, rules: NonNullable<PolicyAnswers['environments']>): boolean {
  const present = plainOf(document, ['environments']);
  const known = Array.isArray(present) ? present.map((rule) => JSON.stringify(rule)) : [];
  const added = rules.filter((rule) => !known.includes(JSON.stringify(rule)));
  if (added.length === 0) return false;
  if (known.length === 0) document.set('environments', document.createNode([]));
  for (const rule of added) document.addIn(['environments'], document.createNode(rule, { flow: true }));
  const list = document.get('environments', true);
  if (typeof list === 'object' && list !== null && 'flow' in list) list.flow = false;
  return true;
}

function plainOf(document: Document, path: readonly string[]): unknown {
  const whole: unknown = document.toJS();
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    whole,
  );
}

function wrongFile(text: string, options: ParsePolicyOptions): AppError {
  const parsed = parsePolicy(text, options);
  const list = parsed.ok ? '' : formatFaults(parsed.faults);
  return new AppError({
    code: 'invalid_config',
    message: `${options.file} would have faults`,
    publicMessage: `${options.file} was left as it is. ${list}`,
  });
}
