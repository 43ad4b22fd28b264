export { DAY_MS, HOUR_MS, MINUTE_MS } from './calendar.ts';
export { type Company, type CompanyKey, createCompany, hintOf, userIdOf } from './company.ts';
export type { PriceBook, UnitPrices } from './prices.ts';
export type { NewKey } from './roster.ts';
export {
  findScenario,
  lateData,
  leakWeekend,
  providerDown,
  quietMonth,
  type Scenario,
  scenarios,
  slackDown,
} from './scenarios.ts';
export type { CapView, KeyRange } from './spending.ts';
export type {
  EndpointFamily,
  KeyOwner,
  KeyState,
  LagPlan,
  LeakPlan,
  LineIdentity,
  OutagePlan,
  Person,
  ProviderId,
  SlackOutagePlan,
  TimeRange,
  TokenCounts,
  UsageLine,
  Variant,
  WorldKey,
  WorldLeak,
  WorldScope,
  WorldServiceAccount,
} from './types.ts';
export { ANTHROPIC_WORKLOADS, OPENAI_WORKLOADS, type Workload } from './workloads.ts';
export { createWorld, type KeyView, type Truth, type World, type WorldOptions } from './world.ts';
