import { describe, expect, test } from 'vitest';
import type { Rotation } from '../../src/domain/rotation.ts';
import { RotationMirror } from '../../src/store/rotation-mirror.ts';
import { rotationOf } from '../support/rotations.ts';

/** Reads that are answered when the test says so, with what was stored when they began. */
class SlowReads {
  stored: readonly Rotation[] = [];
  readonly #waiting: (() => void)[] = [];

  readonly allOpen = () => this.#read(this.stored.filter(({ state }) => state === 'open'));
  readonly some = (ids: readonly string[]) => this.#read(this.stored.filter(({ id }) => ids.includes(id)));

  answer(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  #read(found: readonly Rotation[]): Promise<readonly Rotation[]> {
    return new Promise((resolve) => this.#waiting.push(() => resolve(found)));
  }
}

function open() {
  const reads = new SlowReads();
  let version = 1;
  const mirror = new RotationMirror(() => version);
  const othersWrite = (stored: readonly Rotation[]) => {
    reads.stored = stored;
    version += 1;
  };
  return { reads, mirror, othersWrite };
}

const before = rotationOf({ reason: 'before', revision: 2 });
const after = rotationOf({ reason: 'after', revision: 3 });

describe('a read of rotations that takes its time', () => {
  test.each([
    ['a later revision', after],
    ['the same revision with more to show', { ...before, reason: 'after' }],
  ])('does not undo what was written meanwhile: %s', async (_what, written) => {
    const { reads, mirror } = open();
    reads.stored = [before];
    const reading = mirror.open(reads);
    mirror.note(written);
    reads.answer();

    expect(await reading).toEqual([written]);
    expect(await mirror.some(reads, ['rot_1'])).toEqual([written]);
  });

  test('does not bring back what was closed meanwhile', async () => {
    const { reads, mirror } = open();
    reads.stored = [before];
    const reading = mirror.open(reads);
    mirror.note({ ...after, state: 'done' });
    reads.answer();

    expect(await reading).toEqual([]);
  });

  test.each([
    ['of all that are open', (mirror: RotationMirror, reads: SlowReads) => mirror.open(reads), []],
    ['of some', (mirror: RotationMirror, reads: SlowReads) => mirror.some(reads, ['rot_1']), [before]],
  ] as const)(
    '%s brings nothing to stay where another process has written meanwhile',
    async (_what, read, expected) => {
      const { reads, mirror, othersWrite } = open();
      reads.stored = [before];
      const reading = read(mirror, reads);
      othersWrite([{ ...after, state: 'done' }]);
      const later = mirror.open(reads);
      reads.answer();

      expect(await later).toEqual([]);
      expect(await reading).toEqual(expected);
      expect(await mirror.open(reads)).toEqual([]);
    },
  );

  test('and fails is tried again by whoever asks next', async () => {
    const { reads, mirror } = open();
    const broken = { ...reads, allOpen: () => Promise.reject(new Error('busy')) };
    await expect(mirror.open(broken)).rejects.toThrow('busy');

    reads.stored = [before];
    const reading = mirror.open(reads);
    reads.answer();
    expect(await reading).toEqual([before]);
  });
});
