/** Of every provider in ../index.ts: for what prices usage and talks to nobody. */
export const PROVIDER_IDS = ['anthropic', 'openai'] as const;
