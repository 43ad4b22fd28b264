import { afterEach, describe, expect, it } from 'vitest';
import type { ProviderUsage } from '../../../src/domain/usage.ts';
import { type Connected, connected } from '../support/connected.ts';
import { openaiCase } from '../support/openai-case.ts';

const { window } = openaiCase;

describe('what OpenAI bills by something else than text', () => {
  let open: Connected[] = [];

  afterEach(async () => {
    await Promise.all(open.map(({ server }) => server.close()));
    open = [];
  });

  /** The rows of one usage endpoint that answers with these. */
  async function read(family: string, ...results: object[]): Promise<readonly ProviderUsage[]> {
    const data = [{ start_time: window.from / 1000, results }];
    const connection = await connected(openaiCase, ({ path }) =>
      path === `/v1/organization/usage/${family}` ? { status: 200, json: { data, has_more: false } } : undefined,
    );
    open.push(connection);
    const usage = await connection.provider.readUsage(window);
    return usage.filter(({ endpoint }) => endpoint.startsWith(family));
  }

  it.each([
    ['images', { images: 12 }, 12],
    ['audio_speeches', { characters: '4000' }, 4000],
    ['audio_transcriptions', { seconds: 61.4 }, 61],
  ])('counts %s by %j, not by requests', async (family, counted, requests) => {
    const rows = await read(family, { ...counted, num_model_requests: 2, model: 'm' });

    expect(rows).toMatchObject([{ endpoint: family, model: 'm', requests }]);
  });

  it.each([{}, { images: 0 }, { images: null }])(
    'keeps requests that come without the billed count (%j) apart: they are no pictures, and not nothing',
    async (counted) => {
      const rows = await read('images', { ...counted, num_model_requests: 2, model: 'dall-e-3' });

      expect(rows).toMatchObject([{ endpoint: 'images_uncounted', requests: 2 }]);
    },
  );

  const heard = { input_tokens: 1000, input_cached_tokens: 200, output_tokens: 500, num_model_requests: 3 };

  it('gives audio tokens a row of their own; together the rows are the whole', async () => {
    const rows = await read('completions', {
      ...heard,
      model: 'gpt-audio',
      batch: true,
      input_audio_tokens: 600,
      input_cached_audio_tokens: 50,
      output_audio_tokens: 400,
    });

    expect(rows).toMatchObject([
      { variant: { batch: true }, requests: 3, tokens: { uncachedInput: 200, cachedInput: 150, output: 100 } },
      {
        variant: { batch: true, modality: 'audio' },
        requests: null,
        tokens: { uncachedInput: 600, cachedInput: 50, output: 400 },
      },
    ]);
  });

  it.each([
    ['gpt-realtime', 2],
    ['gpt-image-2', 2],
    // Pictures that a text model looks at cost what its text costs.
    ['gpt-5', 1],
  ])('reads picture tokens of %s into %i rows', async (model, count) => {
    const rows = await read('completions', { ...heard, model, input_image_tokens: 100 });

    expect(rows).toHaveLength(count);
    expect(rows.reduce((sum, { tokens }) => sum + tokens.uncachedInput, 0)).toBe(800);
  });

  it('takes a part that is larger than the whole for text: no token is invented', async () => {
    const rows = await read('completions', { ...heard, model: 'gpt-audio', input_audio_tokens: 801 });

    expect(rows).toMatchObject([{ variant: {}, tokens: { uncachedInput: 800, output: 500 } }]);
  });

  it('invents none either where sound and pictures together are more than the whole', async () => {
    const rows = await read('completions', {
      ...heard,
      model: 'gpt-realtime',
      input_audio_tokens: 500,
      input_image_tokens: 500,
    });

    expect(rows.reduce((sum, { tokens }) => sum + tokens.uncachedInput, 0)).toBe(800);
  });
});
