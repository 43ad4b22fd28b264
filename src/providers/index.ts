import type { ProviderDefinition } from '../ports/provider.ts';
import { anthropic } from './anthropic/provider.ts';
import { openai } from './openai/provider.ts';

/** Every provider that Keysteward can connect to. A new one is a folder and a line here. */
export const providers: readonly ProviderDefinition[] = [anthropic, openai];
