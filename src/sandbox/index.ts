export type { CampaignDetails, CampaignFigures, CampaignResult } from './campaign/figures.ts';
export { type CampaignSimulation, simulateCampaign } from './campaign/simulate-campaign.ts';
export { campaignText } from './campaign/text.ts';
export { stories } from './live/stories.ts';
export { type OpenPage, openPage, type PageOptions } from './page/open-page.ts';
export { type ServedStandIns, type ServeOptions, serveStandIns } from './serve.ts';
export { type SimulateOptions, type SimulationResult, simulate } from './simulate.ts';
export { storyTeller, summaryText } from './story.ts';
export { findScenario, type ProviderId, scenarios } from './world/index.ts';
