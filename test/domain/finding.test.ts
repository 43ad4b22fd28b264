import { expect, test } from 'vitest';
import { SEVERITIES, severityRank, worstSeverity } from '../../src/domain/finding.ts';

test('severities rise from info to critical', () => {
  expect([...SEVERITIES].sort((a, b) => severityRank(a) - severityRank(b))).toEqual([
    'info',
    'medium',
    'high',
    'critical',
  ]);
});

test('the worse of two severities counts, from whichever side', () => {
  expect(worstSeverity('high', 'critical')).toBe('critical');
  expect(worstSeverity('critical', 'high')).toBe('critical');
  expect(worstSeverity('info', 'info')).toBe('info');
});
