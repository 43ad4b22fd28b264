import type { UsageVariant } from '../../domain/usage.ts';

interface Factor {
  readonly providerId: string;
  readonly applies: (variant: UsageVariant) => boolean;
  /** The first matching model prefix decides; the empty prefix is the default. */
  readonly byModel: readonly (readonly [prefix: string, factor: number])[];
}

// From the providers' price pages, read in November 2026: OpenAI "Batch", "Flex" and "Priority processing",
// Anthropic "Batch processing", "Data residency" and "Fast mode". Where models differ, the list names them.
const FACTORS: readonly Factor[] = [
  { providerId: 'openai', applies: ({ batch }) => batch === true, byModel: [['', 0.5]] },
  { providerId: 'openai', applies: ({ batch, tier }) => batch !== true && tier === 'flex', byModel: [['', 0.5]] },
  {
    providerId: 'openai',
    applies: ({ batch, tier }) => batch !== true && (tier === 'priority' || tier === 'fast'),
    byModel: [
      ['gpt-5.5', 2.5],
      ['gpt-4.1', 1.75],
      ['gpt-4o', 1.75],
      ['', 2],
    ],
  },
  { providerId: 'anthropic', applies: ({ batch }) => batch === true, byModel: [['', 0.5]] },
  { providerId: 'anthropic', applies: ({ geo }) => geo === 'us', byModel: [['', 1.1]] },
  {
    providerId: 'anthropic',
    applies: ({ speed }) => speed === 'fast',
    byModel: [
      ['claude-opus-4-6', 6],
      ['claude-opus-4-7', 6],
      ['', 2],
    ],
  },
];

/** How many times the list price a variant costs. */
export function priceFactor(providerId: string, model: string, variant: UsageVariant): number {
  let product = 1;
  for (const { providerId: owner, applies, byModel } of FACTORS) {
    if (owner !== providerId || !applies(variant)) continue;
    product *= byModel.find(([prefix]) => model.startsWith(prefix))?.[1] ?? 1;
  }
  return product;
}
