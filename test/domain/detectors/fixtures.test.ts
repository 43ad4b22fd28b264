import { describe, expect, test } from 'vitest';
import { bindDetector } from '../../../src/domain/detector.ts';
import { detectors } from '../../../src/domain/detectors/index.ts';
import { fixtureFolders, fixtureNames, inputOfFixture, isoText, readFixture, summaryOf } from './fixture.ts';

test('every detector has cases, and there are no cases of a detector that is gone', () => {
  expect(fixtureFolders()).toEqual(detectors.map(({ id }) => id).sort());
});

describe.each(detectors)('$id', (detector) => {
  const names = fixtureNames(detector.id);

  test('has cases that fire and cases that stay quiet, and nothing else', () => {
    const kinds = names.map((name) => /^(fires|quiet)-[a-z0-9-]+\.json$/.exec(name)?.[1]);

    expect(new Set(kinds)).toEqual(new Set(['fires', 'quiet']));
  });

  test.each(names)('%s', (name) => {
    const fixture = readFixture(detector.id, name);
    const { detect } = bindDetector(detector, fixture.settings);

    const findings = detect(inputOfFixture(fixture));

    const { expected } = fixture;
    expect(name.startsWith('fires-')).toBe(expected !== undefined);
    const summaries = findings.map((finding) => summaryOf(finding, expected?.evidence ?? {}));
    expect(summaries).toEqual(expected === undefined ? [] : [{ ...expected, startedAt: isoText(expected.startedAt) }]);
  });
});
