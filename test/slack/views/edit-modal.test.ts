import { expect, test } from 'vitest';
import { type EditModalState, editModal, fieldsOf } from '../../../src/slack/views/edit-modal.ts';
import { stagingLineage } from '../support/cards.ts';
import { expectView } from '../support/golden.ts';

function state(fields: Parameters<typeof stagingLineage>[0] = {}): EditModalState {
  const lineage = stagingLineage(fields);
  const base = fieldsOf(lineage);
  const promises = ['zero-retention', 'eu-only'];
  return { lineage, where: 'Anthropic / Staging', mayClassify: true, fields: base, base, promises, meanwhile: [] };
}

test('the fields of a key read as agreed', async () => {
  const said = { workload: 'answers mails', consumers: ['mailer', 'web'], capMicroUsd: 250_000_000 };
  await expectView('modal-edit', editModal(state({ ...said, allowedModels: ['gpt-5*', 'o3'], retention: 'eu-only' })));
  await expectView('modal-edit-owner', editModal({ ...state(said), mayClassify: false, promises: [] }));
});

test('what a modal carries along stays within its limit, however long and quoted the texts are', async () => {
  const longest = editModal(
    state({
      workload: '"'.repeat(300),
      consumers: Array.from({ length: 20 }, (_, index) => `${'\\"'.repeat(22)}${index}`),
      allowedModels: Array.from({ length: 11 }, (_, index) => `${'\\"'.repeat(20)}${index}`),
      retention: 'x'.repeat(60),
    }),
  );
  expect(longest.private_metadata?.length).toBeLessThan(1_000);
});
