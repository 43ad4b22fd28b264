export type { AnthropicStandInOptions } from './anthropic-options.ts';
export { startAnthropicStandIn } from './anthropic-server.ts';
export type { Fault, FaultKind, Faults } from './faults.ts';
export { type Lag, type LagSpell, publishedUntil } from './lag.ts';
export type { OpenAiStandInOptions } from './openai-options.ts';
export { startOpenAiStandIn } from './openai-server.ts';
export type { AdminKey, Call, StandIn } from './stand-in.ts';
