import { describe, expect, test } from 'vitest';
import type { JobRun, Member, Watermark } from '../../src/ports/store.ts';
import { NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

const MEMBER: Member = {
  userId: 'U2',
  teamId: 'T1',
  name: 'Ann',
  email: 'ann@example.com',
  timezone: 'Europe/Vienna',
  isActiveFullMember: true,
  lastSeenAt: NOON,
};

describe('members', () => {
  test('a member that is seen again is changed, not doubled', async () => {
    const { store } = openTestStore();
    const gone: Member = {
      userId: 'U2',
      teamId: 'T2',
      name: 'Ann B',
      email: null,
      timezone: null,
      isActiveFullMember: false,
      lastSeenAt: NOON + 1,
    };

    await store.write((tx) => tx.members.upsert(MEMBER));
    expect(await store.read.members.all()).toEqual([MEMBER]);
    await store.write((tx) => tx.members.upsert(gone));

    expect(await store.read.members.all()).toEqual([gone]);
  });

  test('they are listed by their user id', async () => {
    const { store } = openTestStore();
    await store.write((tx) => tx.members.upsert(MEMBER));
    await store.write((tx) => tx.members.upsert({ ...MEMBER, userId: 'U1' }));

    expect((await store.read.members.all()).map(({ userId }) => userId)).toEqual(['U1', 'U2']);
  });
});

describe('watermarks', () => {
  const fresh: Watermark = {
    connectionId: 'openai-main',
    polledAt: null,
    newestUsageAt: null,
    failingSince: NOON,
    missedPolls: 3,
    problem: 'The key was refused.',
  };

  test('a watermark comes back as it was last put', async () => {
    const { store } = openTestStore();
    const healed: Watermark = {
      connectionId: 'openai-main',
      polledAt: NOON + 1,
      newestUsageAt: NOON + 2,
      failingSince: null,
      missedPolls: 0,
      problem: null,
    };

    await store.write((tx) => tx.watermarks.put(fresh));
    expect(await store.read.watermarks.get('openai-main')).toEqual(fresh);
    await store.write((tx) => tx.watermarks.put(healed));

    expect(await store.read.watermarks.get('openai-main')).toEqual(healed);
    expect(await store.read.watermarks.get('other')).toBeUndefined();
  });

  test('there is one for each connection, listed by its name', async () => {
    const { store } = openTestStore();
    const other = { ...fresh, connectionId: 'anthropic-main' };
    await store.write((tx) => tx.watermarks.put(fresh));
    await store.write((tx) => tx.watermarks.put(other));

    expect(await store.read.watermarks.all()).toEqual([other, fresh]);
  });
});

describe('job runs', () => {
  const run: JobRun = {
    id: 'run_1',
    job: 'poll-usage',
    dueAt: NOON - 1,
    startedAt: NOON,
    finishedAt: null,
    outcome: 'running',
    problem: null,
  };
  const done: JobRun = { ...run, finishedAt: NOON + 5, outcome: 'ok' };

  test('a run that is put again is changed, not doubled', async () => {
    const { store } = openTestStore();
    const failed: JobRun = { ...done, dueAt: NOON + 3, startedAt: NOON + 4, outcome: 'failed', problem: 'no' };

    await store.write((tx) => tx.jobRuns.put(run));
    expect(await store.read.jobRuns.latest()).toEqual(new Map([['poll-usage', run]]));
    await store.write((tx) => tx.jobRuns.put(failed));

    expect(await store.read.jobRuns.latest()).toEqual(new Map([['poll-usage', failed]]));
  });

  test('the latest of each job is the one that started last; of two at one instant, the one with the later id', async () => {
    const { store } = openTestStore();
    const runs: JobRun[] = [
      { ...done, id: 'run_3', startedAt: NOON - 9 },
      { ...done, id: 'run_2' },
      { ...done, id: 'run_1' },
      { ...done, id: 'run_4', job: 'sync', startedAt: NOON - 99 },
    ];
    await store.write(async (tx) => {
      for (const each of runs) await tx.jobRuns.put(each);
    });

    const latest = await store.read.jobRuns.latest();

    expect([...latest].map(([job, { id }]) => [job, id]).sort()).toEqual([
      ['poll-usage', 'run_2'],
      ['sync', 'run_4'],
    ]);
  });

  test('pruning removes what ended, in whatever way, and started before; what runs stays', async () => {
    const { store, raw } = openTestStore();
    const early = { startedAt: NOON - 1 };
    await store.write(async (tx) => {
      await tx.jobRuns.put({ ...done, ...early, id: 'old-ok' });
      await tx.jobRuns.put({ ...done, ...early, id: 'old-failed', outcome: 'failed' });
      await tx.jobRuns.put({ ...run, ...early, id: 'old-abandoned', outcome: 'abandoned' });
      await tx.jobRuns.put({ ...run, ...early, id: 'old-running' });
      await tx.jobRuns.put({ ...done, id: 'new-ok' });
      await tx.jobRuns.prune(NOON);
    });

    expect(raw().prepare('SELECT id FROM job_runs ORDER BY id').pluck().all()).toEqual(['new-ok', 'old-running']);
  });
});
