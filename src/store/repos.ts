import type { Repos } from '../ports/store.ts';
import { actionRepo } from './actions.ts';
import { alertRepo } from './alerts.ts';
import { approvalRepo } from './approvals.ts';
import { auditRepo } from './audit.ts';
import { baselineRepo } from './baselines.ts';
import { bulkRepo } from './bulk.ts';
import { campaignRepo } from './campaigns.ts';
import { costReadRepo, dayCostRepo } from './day-costs.ts';
import { channelTroubleRepo, outletRepo, pageRepo } from './deliveries.ts';
import { departureRepo } from './departures.ts';
import { digestRepo, usageLagRepo } from './digests.ts';
import { grantRepo } from './grants.ts';
import { homeTabRepo } from './home-tabs.ts';
import { inventoryReadRepo } from './inventory-reads.ts';
import { jobRunRepo } from './job-runs.ts';
import { keyAuditRepo } from './key-audits.ts';
import { keyRepo, lineageRepo } from './keys.ts';
import { lessonRepo } from './lessons.ts';
import { memberRepo } from './members.ts';
import { holdRepo, quietRepo, rollUpRepo } from './noise.ts';
import { noticeRepo } from './notices.ts';
import { messageRepo, outboxRepo } from './outbox.ts';
import { ownerQuestionRepo, scopeMemberRepo } from './owners.ts';
import { pollPaceRepo } from './poll-paces.ts';
import { eventWatermarkRepo, providerEventRepo } from './provider-events.ts';
import type { RepoContext } from './repo-context.ts';
import { rotationConsumerRepo, rotationSecretRepo } from './rotation-work.ts';
import { rotationRepo } from './rotations.ts';
import { scopeLimitsRepo } from './scope-limits.ts';
import { scopeRepo } from './scopes.ts';
import { spendAlertRepo } from './spend-alerts.ts';
import { staleRepo } from './stale-keys.ts';
import { toldRepo } from './told.ts';
import { usageRepo } from './usage.ts';
import { usagePriceRepo } from './usage-prices.ts';
import { scopeSightRepo, usageHistoryRepo } from './usage-upkeep.ts';
import { watermarkRepo } from './watermarks.ts';

export function createRepos(context: RepoContext): Repos {
  const { db } = context;
  return {
    scopes: scopeRepo(context),
    lineages: lineageRepo(context),
    keys: keyRepo(context),
    usage: usageRepo(context),
    watermarks: watermarkRepo(db),
    alerts: alertRepo(context),
    actions: actionRepo(context),
    members: memberRepo(db),
    outbox: outboxRepo(context),
    messages: messageRepo(db),
    audit: auditRepo(context),
    jobRuns: jobRunRepo(db),
    notices: noticeRepo(db),
    inventoryReads: inventoryReadRepo(db),
    pollPaces: pollPaceRepo(db),
    scopeLimits: scopeLimitsRepo(db),
    spendAlerts: spendAlertRepo(db),
    grants: grantRepo(context),
    providerEvents: providerEventRepo(db),
    eventWatermarks: eventWatermarkRepo(db),
    usagePrices: usagePriceRepo(context),
    dayCosts: dayCostRepo(db),
    costReads: costReadRepo(db),
    usageHistory: usageHistoryRepo(db),
    scopeSights: scopeSightRepo(db),
    rotations: rotationRepo(context),
    rotationSecrets: rotationSecretRepo(context),
    rotationConsumers: rotationConsumerRepo(context),
    campaigns: campaignRepo(context),
    keyAudits: keyAuditRepo(context),
    channelTroubles: channelTroubleRepo(db),
    pages: pageRepo(db),
    outlets: outletRepo(db),
    approvals: approvalRepo(context),
    homeTabs: homeTabRepo(db),
    holds: holdRepo(context),
    quiet: quietRepo(context),
    lessons: lessonRepo(db),
    rollUps: rollUpRepo(context),
    stale: staleRepo(db),
    told: toldRepo(db),
    baselines: baselineRepo(db),
    bulk: bulkRepo(context),
    scopeMembers: scopeMemberRepo(db),
    ownerQuestions: ownerQuestionRepo(db),
    departures: departureRepo(db),
    digests: digestRepo(db),
    usageLags: usageLagRepo(db),
  };
}
