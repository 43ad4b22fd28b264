import { describe, expect, test } from 'vitest';
import type { ChannelFacts } from '../../../src/ports/directory.ts';
import { refuseSharedChannel, reportAudience } from '../../../src/services/notices/report-audience.ts';
import { type Bench, member, openBench } from '../../support/bench-deps.ts';

interface World {
  readonly bench: Bench;
  readonly channel: { -readonly [Field in keyof ChannelFacts]: ChannelFacts[Field] };
  inside: string[];
}

function world(): World {
  const bench = openBench();
  const channel = { id: 'C0AIKEYS', name: 'ai-keys', isShared: false };
  const made: World = { bench, channel, inside: ['U0ADMIN', 'U0BOT'] };
  bench.people.push(member('U0ADMIN'), member('U0GUEST', { isActiveFullMember: false }));
  bench.people.push(member('U0OUT', { isActiveFullMember: false }));
  const directory = { ...bench.deps.directory, channel: async () => channel, channelMembers: async () => made.inside };
  Object.assign(bench.deps, { directory });
  return made;
}

async function open({ bench }: World) {
  return (await bench.store.read.notices.allOpen('audience')).map(({ detail }) => detail);
}

describe('the start', () => {
  test('is refused where the alerts channel is shared, with the way out', async () => {
    const { bench, channel } = world();
    await expect(refuseSharedChannel(bench.deps)).resolves.toBeUndefined();
    channel.isShared = true;

    await expect(refuseSharedChannel(bench.deps)).rejects.toMatchObject({
      code: 'invalid_config',
      publicMessage: expect.stringMatching(
        /^#ai-keys is shared with another organization.*Stop sharing.*channels\.alerts/,
      ),
    });
  });

  test('goes on where Slack cannot say, with a warning', async () => {
    const { bench } = world();
    const failing = async () => {
      throw new Error('missing_scope');
    };
    Object.assign(bench.deps, { directory: { ...bench.deps.directory, channel: failing } });

    await expect(refuseSharedChannel(bench.deps)).resolves.toBeUndefined();
    expect(bench.logger.lines.join('\n')).toContain('whether the alerts channel is shared cannot be looked up');
  });
});

describe('guests in the alerts channel', () => {
  test('are told to the admins once, however often it is looked, and again when they are gone', async () => {
    const made = world();
    await reportAudience(made.bench.deps);
    expect([await open(made), made.bench.outbox()]).toEqual([[], []]);

    made.inside = ['U0ADMIN', 'U0GUEST'];
    for (let day = 0; day < 3; day += 1) await reportAudience(made.bench.deps);

    expect(await open(made)).toEqual([
      {
        channelId: 'C0AIKEYS',
        channelName: 'ai-keys',
        setting: 'channels.alerts',
        guestIds: ['U0GUEST'],
        isShared: false,
      },
    ]);
    expect(made.bench.outbox()).toEqual([expect.stringMatching(/^notice_to notice\S+\/U0ADMIN pending$/)]);
    expect(made.bench.logger.lines.join('\n')).toContain('#ai-keys, where the alerts go, is read by 1 guest');
    expect(made.bench.audit().filter(({ verb }) => verb === 'notice.opened')).toHaveLength(1);

    made.inside = ['U0ADMIN'];
    await reportAudience(made.bench.deps);
    await reportAudience(made.bench.deps);
    expect(await open(made)).toEqual([]);
    expect(made.bench.audit().filter(({ verb }) => verb === 'notice.closed')).toHaveLength(1);
  });

  test('who come and go change what stands there; another channel in policy ends it', async () => {
    const made = world();
    made.inside = ['U0GUEST'];
    await reportAudience(made.bench.deps);
    made.inside = ['U0GUEST', 'U0OUT'];
    await reportAudience(made.bench.deps);
    expect((await open(made)).map(({ guestIds }) => guestIds)).toEqual([['U0GUEST', 'U0OUT']]);

    made.channel.id = 'C0OTHER';
    made.inside = [];
    await reportAudience(made.bench.deps);
    expect(await open(made)).toEqual([]);
  });

  test('are one thing, a whole organization another: that is told anew', async () => {
    const made = world();
    made.inside = ['U0GUEST'];
    await reportAudience(made.bench.deps);
    made.channel.isShared = true;
    await reportAudience(made.bench.deps);
    await reportAudience(made.bench.deps);

    expect(await open(made)).toMatchObject([{ isShared: true }]);
    expect(made.bench.audit().filter(({ verb }) => verb === 'notice.opened')).toHaveLength(2);
  });
});

describe('a channel of the digest', () => {
  const DIGEST = { id: 'C0FOUND', name: 'founders', isShared: false };

  /** Guests read the digest, and the alerts where `inAlerts` says so. */
  function withDigest(inAlerts: string[] = []) {
    const made = world();
    const { directory } = made.bench.deps;
    const members: Readonly<Record<string, string[]>> = { C0AIKEYS: inAlerts, C0FOUND: ['U0GUEST'] };
    Object.assign(made.bench.deps, {
      directory: {
        ...directory,
        channel: async (name: string) => (name === '#founders' ? DIGEST : made.channel),
        channelMembers: async (id: string) => members[id] ?? [],
      },
    });
    Object.assign(made.bench.deps.policy, { digest: { ...made.bench.deps.policy.digest, channel: '#founders' } });
    return made;
  }

  test('that guests read is told as the alerts channel is, each by itself', async () => {
    const made = withDigest(['U0OUT']);
    await reportAudience(made.bench.deps);
    await reportAudience(made.bench.deps);

    expect(await open(made)).toMatchObject([
      { channelId: 'C0AIKEYS', setting: 'channels.alerts', guestIds: ['U0OUT'] },
      { channelId: 'C0FOUND', setting: 'digest.channel', guestIds: ['U0GUEST'] },
    ]);
    expect(made.bench.outbox()).toHaveLength(2);
    expect(made.bench.logger.lines.join('\n')).toContain('#founders, where the weekly digest goes, is read by 1 guest');
  });

  test('that policy names no more, or for no digest, is over', async () => {
    const made = withDigest();
    await reportAudience(made.bench.deps);
    Object.assign(made.bench.deps.policy, { digest: { ...made.bench.deps.policy.digest, enabled: false } });
    await reportAudience(made.bench.deps);

    expect(await open(made)).toEqual([]);
  });

  test('that cannot be looked up leaves the alerts channel looked at, what is known standing, and the run failed', async () => {
    const made = withDigest(['U0OUT']);
    await reportAudience(made.bench.deps);
    const { directory } = made.bench.deps;
    const channel = async (name: string) => {
      if (name === '#founders') throw new Error('channel_not_found');
      return made.channel;
    };
    Object.assign(made.bench.deps, { directory: { ...directory, channel, channelMembers: async () => [] } });

    await expect(reportAudience(made.bench.deps)).rejects.toThrow('channel_not_found');
    expect(await open(made)).toMatchObject([{ channelId: 'C0FOUND' }]);
  });
});
