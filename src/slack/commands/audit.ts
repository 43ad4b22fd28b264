import { describeAudit } from '../../services/key-audits/describe-audit.ts';
import { leadAudit } from '../../services/key-audits/lead-audit.ts';
import { authorise } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import { answer } from '../views/blocks.ts';
import { keyAuditAnswer } from '../views/key-audit.ts';

export const audit: Subcommand = {
  name: 'audit',
  usage: 'audit',
  summary:
    'go through all keys once, in seven steps in a thread: inventory, unused, leaked, scope, caps, rotation, alerts; goes on where it stopped',
  async run(context, request) {
    const { deps, locale } = context;
    const actor = await authorise(context, { gesture: request, act: 'audit', lineage: null });
    const led = await leadAudit(deps, actor);
    const card = await describeAudit(deps, led.audit.id);
    return card === undefined ? answer('The audit has begun.') : keyAuditAnswer(card, led.isNew, locale);
  },
};
