import { type ActionKind, AUDIT_STAGES, type AuditStage } from '../../domain/action.ts';

// What was done, as a person says it; `…` is where the name of the subject comes.
const DONE: Readonly<Record<string, string>> = {
  'alert.opened': '… was opened',
  'alert.reopened': '… opened again',
  'alert.open': '… opened again: what was stopped is used',
  'alert.worse': '… got worse',
  'alert.acknowledged': '… was acknowledged',
  'alert.snoozed': '… was snoozed',
  'alert.snooze_over': 'the snooze of … ended',
  'alert.expected': '… was called expected',
  'alert.not_expected': '… was called not expected after all',
  'alert.escalated': '… had no answer: more people were called',
  'alert.owner_asked': 'the owner was asked about … directly',
  'alert.owner_confirmed': 'the owner said of …: it was us',
  'alert.owner_denied': 'the owner said of …: it was not us',
  'alert.contained': '… was contained: the key is stopped',
  'alert.resolved': '… was resolved',
  'alert.merged': '… goes on in another alert of the key',
  'alert.test_started': 'the test … was started',
  'alert.test_ended': 'the test … ended',
  'channel.refused': 'the alerts channel refused a message',
  'channel.works': 'the alerts channel takes messages again',
  'database.restored': 'the database was restored from a backup',
  'grant.kept': 'what was raised for a time on … stays for good',
  'grant.prolonged': 'what was raised for a time on … got another end',
  'grant.ended': 'what was raised for a time on … ended',
  'key.appeared': '… appeared at the provider',
  'key.vanished': '… is no longer listed by the provider',
  'key.status.seen': 'the provider shows … differently',
  'key.deleted_with_owner': '… was deleted together with its account',
  'key.moved': '… took over the name of the key that it replaces',
  'lineage.owner.matched': 'the owner of … was found by e-mail',
  'lineage.owner.changed': 'the owner of … was changed',
  'lineage.owner.kept': 'the owner of … was confirmed by a person',
  'lineage.environment.changed': 'the environment of … was changed',
  'lineage.workload.changed': 'what … is for was changed',
  'lineage.consumers.changed': 'who uses … was changed',
  'lineage.factor.changed': 'the factor of … was changed',
  'lineage.models.changed': 'which models … may call was changed',
  'lineage.promise.changed': 'what was promised of the data of … was changed',
  'lineage.cap.changed': 'the cap of … was changed',
  'lineage.cap_source.changed': 'the cap of … was left to policy, or taken from it',
  'lineage.window.declared': 'what … is expected to spend was declared',
  'lineage.window.exceeded': '… spent more than was declared',
  'lineage.window.ended': 'the declared window of … ended',
  'lineage.rule.muted': 'a rule was muted for …',
  'lineage.rule.unmuted': 'a rule is no longer muted for …',
  'lineage.claimed': '… was claimed',
  'lineage.claim.confirmed': 'the claim of … was confirmed',
  'lineage.claim.declined': 'the claim of … was declined',
  'message.sent_again': 'a message that was given up was sent again',
  'message.dismissed': 'a message that was given up was dismissed',
  'notice.opened': 'a notice was posted',
  'notice.closed': 'a notice was closed',
  'rotation.opened': 'the rotation of … began',
  'rotation.done': 'the rotation of … is complete',
  'rotation.cancelled': 'the rotation of … was cancelled',
  'rotation.handed_over': 'the rotation of … was handed over',
  'rotation.key_named': 'the new key of … was chosen',
  'rotation.step.done': 'a step of the rotation of … is done',
  'rotation.step.blocked': 'a step of the rotation of … is blocked',
  'rotation.step.skipped': 'a step of the rotation of … was skipped',
  'rotation.step.undone': 'a step of the rotation of … was taken back',
  'usage.repriced': 'usage was priced again',
};
const ACTS: Readonly<Record<ActionKind, string>> = {
  suspend: 'suspending …',
  restore: 'restoring …',
  revoke: 'revoking …',
  delete_owner: 'deleting the account of …',
  set_spend_limit: 'the new cap at the provider for …',
  set_rate_limit: 'the new rate limit of …',
  set_models: 'the new list of models of …',
};

/** What an entry of the audit log says, with `…` for its subject; null for a verb that has no words. */
export function auditSentence(verb: string): string | null {
  const said = DONE[verb];
  if (said !== undefined) return said;
  const [, kind = '', stage = ''] = verb.split('.');
  const what = ACTS[kind as ActionKind];
  const how = AUDIT_STAGES[stage as AuditStage];
  return what === undefined || how === undefined ? null : `${what} ${how}`;
}
