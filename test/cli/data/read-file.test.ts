import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvRows } from '../../../src/cli/data/csv.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { temporaryFolder } from '../../support/store.ts';
import { fileOf, REQUEST_HEADER, readLines, USAGE_HEADER } from './support.ts';

const AT = Date.UTC(2026, 2, 1, 12);
const GOOD = 'prod,2026-03-01T12:00:00Z,900,gpt-4o,completions,3,1000,200,50,1.5';

/** A whole key, put together here so that no scanner takes this file for a leak. */
const WHOLE_KEY = ['sk', '-proj-', 'Ab3dEf7hJk9mNp2q'.repeat(3), '9f2a'].join('');

describe('usage buckets', () => {
  test('a line has the units of the house', async () => {
    const { lines, report } = await readLines(fileOf(`${USAGE_HEADER}\n${GOOD}\n`));

    expect(report).toMatchObject({ kind: 'usage', good: 1, bad: 0 });
    expect(lines).toEqual([
      {
        kind: 'usage',
        key: 'prod',
        startAt: AT,
        widthMs: 900_000,
        model: 'gpt-4o',
        endpoint: 'completions',
        requests: 3,
        tokens: { uncachedInput: 800, cachedInput: 200, cacheWrite5m: 0, cacheWrite1h: 0, output: 50 },
        costMicroUsd: 1_500_000,
      },
    ]);
  });

  test.each([
    ['the order of columns is free', `start,key,width_seconds,cost_usd\n2026-03-01T12:00:00Z,prod,900,1.5`],
    [
      'names may be in capitals and quoted',
      `"Key","START","Width_Seconds","cost_usd"\nprod,2026-03-01T12:00:00Z,900,1.5`,
    ],
    ['unknown columns are left out', `team,key,start,width_seconds,cost_usd\nx,prod,2026-03-01T12:00:00Z,900,1.5`],
    ['semicolons separate', `key;start;width_seconds;cost_usd\nprod;2026-03-01T12:00:00Z;900;1.5`],
    ['tabs separate', `key\tstart\twidth_seconds\tcost_usd\nprod\t2026-03-01T12:00:00Z\t900\t1.5`],
    ['Windows ends its lines otherwise', `key,start,width_seconds,cost_usd\r\nprod,2026-03-01T12:00:00Z,900,1.5\r\n`],
    [
      'a byte order mark is no part of a name',
      `\u{feff}key,start,width_seconds,cost_usd\nprod,2026-03-01T12:00:00Z,900,1.5`,
    ],
    ['empty lines are none', `\n\nkey,start,width_seconds,cost_usd\n\n  \nprod,2026-03-01T12:00:00Z,900,1.5\n\n`],
    ['seconds since 1970', 'key,start,width_seconds,cost_usd\nprod,1772366400,900,1.5'],
    ['seconds since 1970 with a fraction', 'key,start,width_seconds,cost_usd\nprod,1772366400.0,900.0,1.5'],
    ['13 digits are milliseconds', 'key,start,width_seconds,cost_usd\nprod,1772366400000,900,1.5'],
    ['no zone is UTC', 'key,start,width_seconds,cost_usd\nprod,2026-03-01 12:00:00,900,1.5'],
    ['a zone counts', 'key,start,width_seconds,cost_usd\nprod,2026-03-01T17:30:00+05:30,900,1.5'],
    ['api_key is the key', 'api_key,start,width_seconds,cost_usd\nprod,2026-03-01T12:00:00Z,900,1.5'],
    [
      'api_key_prefix is the key',
      'api_key_prefix,key,start,width_seconds,cost_usd\nprod,,2026-03-01T12:00:00Z,900,1.5',
    ],
    [
      'a header that comes twice is none of the lines',
      `key,start,width_seconds,cost_usd\nprod,2026-03-01T12:00:00Z,900,1.5\nkey,start,width_seconds,cost_usd`,
    ],
    ['JSON, one object a line', `{"key":"prod","start":"2026-03-01T12:00:00Z","width_seconds":900,"cost_usd":1.5}\n`],
    ['JSON with numbers as text', `{"Key":"prod","start":1772366400,"width_seconds":"900","cost_usd":"1.5","x":{}}\n`],
  ])('%s', async (_, content) => {
    const { lines, report } = await readLines(fileOf(content));

    expect(report).toMatchObject({ kind: 'usage', good: 1, bad: 0 });
    expect(lines).toMatchObject([
      { key: 'prod', startAt: AT, widthMs: 900_000, costMicroUsd: 1_500_000, requests: null },
    ]);
  });

  test('where more is cached than there is input, the two were counted apart', async () => {
    const { lines } = await readLines(fileOf(`${USAGE_HEADER}\nprod,1772366400,900,m,e,,100,250,5,\n`));

    expect(lines).toMatchObject([
      { requests: null, costMicroUsd: null, tokens: { uncachedInput: 100, cachedInput: 250, output: 5 } },
    ]);
  });

  test('a cost of 0 is a missing one where there are tokens', async () => {
    const rows = ['prod,1772366400,900,m,e,1,100,0,5,0', 'prod,1772366400,900,m,e,1,0,0,0,0'];
    const { lines } = await readLines(fileOf([USAGE_HEADER, ...rows].join('\n')));

    expect(lines).toMatchObject([{ costMicroUsd: null }, { costMicroUsd: 0 }]);
  });
});

describe('requests', () => {
  test('what is left out has its default', async () => {
    const { lines, report } = await readLines(fileOf('timestamp,key\n2026-03-01T12:00:00.25Z,prod\n'));

    expect(report.kind).toBe('requests');
    expect(lines).toEqual([
      {
        kind: 'requests',
        key: 'prod',
        at: AT + 250,
        model: '',
        endpoint: '',
        tokens: { uncachedInput: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
        sourceIp: null,
        userAgent: null,
        statusCode: 200,
        costMicroUsd: null,
      },
    ]);
  });

  test('a quoted field may hold delimiters, quotes and ends of lines', async () => {
    const content = `${REQUEST_HEADER}
2026-03-01T12:00:00Z,prod,gpt-4o,1,2,completions,10.0.0.1,"Mozilla/5.0 (KHTML, like ""Gecko"")
second line",401,0.5
2026-03-01T12:00:01Z,prod,gpt-4o,1,2,completions,10.0.0.1,curl "8",200,0
`;
    const { lines, report } = await readLines(fileOf(content));

    expect(report).toMatchObject({ good: 2, bad: 0 });
    expect(lines).toMatchObject([
      { userAgent: 'Mozilla/5.0 (KHTML, like "Gecko")\nsecond line', statusCode: 401, costMicroUsd: 500_000 },
      { userAgent: 'curl "8"', statusCode: 200, costMicroUsd: null },
    ]);
  });
});

describe('bad lines', () => {
  const bad = (fields: Record<string, string>) => {
    const columns = USAGE_HEADER.split(',');
    const cells = GOOD.split(',');
    return columns.map((column, index) => fields[column] ?? cells[index]).join(',');
  };

  test.each([
    [bad({ key: '' }), 'key is empty'],
    [bad({ start: '' }), 'start is not a time such as 2026-03-01T12:00:00Z or epoch seconds: nothing'],
    [bad({ start: 'yesterday' }), 'start is not a time such as 2026-03-01T12:00:00Z or epoch seconds: "yesterday"'],
    [bad({ start: '2026-02-30T12:00:00Z' }), 'start is not'],
    [bad({ start: '2026-02-30T12:00:00.000Z' }), 'start is not'],
    [bad({ start: '2026-13-01T12:00:00Z' }), 'start is not'],
    [bad({ start: '2026-03-01T24:30:00Z' }), 'start is not'],
    [bad({ start: '1999-03-01T12:00:00Z' }), 'start is not'],
    [bad({ start: '2126-03-01T12:00:00Z' }), 'start is not'],
    [bad({ start: '0' }), 'start is not'],
    [bad({ start: '-1772366400' }), 'start is not'],
    [bad({ start: '1772366400000000' }), 'start is not'],
    [bad({ width_seconds: '0' }), 'width_seconds is not a width from 1 second to 31 days: "0"'],
    [bad({ width_seconds: '-900' }), 'width_seconds is not'],
    [bad({ width_seconds: '99999999' }), 'width_seconds is not'],
    [bad({ requests: '-1' }), 'requests is not a number from 0: "-1"'],
    [bad({ requests: 'NaN' }), 'requests is not'],
    [bad({ input_tokens: 'Infinity' }), 'input_tokens is not'],
    [bad({ input_tokens: '1e400' }), 'input_tokens is not'],
    [bad({ output_tokens: '0x10' }), 'output_tokens is not'],
    [bad({ output_tokens: '1 000' }), 'output_tokens is not'],
    [bad({ cost_usd: '-0.01' }), 'cost_usd is not an amount in US dollars: "-0.01"'],
    [bad({ cost_usd: '$1.50' }), 'cost_usd is not'],
    [bad({ cost_usd: '1e300' }), 'cost_usd is not'],
    [bad({ model: 'm'.repeat(300) }), 'model is not a text of at most 256 characters'],
    [`${GOOD},more`, 'has 11 columns instead of 10'],
    ['prod,2026-03-01T12:00:00Z,900', 'has 3 columns instead of 10'],
    [`"prod"x${GOOD.slice(4)}`, 'has a quote'],
    [`prod\u{0}${'\u{fffd}'.repeat(3)}`, 'has 1 columns instead of 10'],
  ])('%s is told with its number, and is not fatal', async (line, why) => {
    const { report } = await readLines(fileOf([USAGE_HEADER, GOOD, line, GOOD].join('\n')));

    expect(report).toMatchObject({ good: 2, bad: 1 });
    expect(report.badLines).toEqual([{ number: 3, why: expect.stringContaining(why) }]);
  });

  test.each([
    ['{"key": "prod", "start":', 'is no JSON object'],
    ['["prod"]', 'is no JSON object'],
    ['null', 'is no JSON object'],
    [
      '{"key":"prod","start":1772366400,"width_seconds":900,"cost_usd":null,"input_tokens":true}',
      'input_tokens is not',
    ],
    ['{"key":"prod","start":1772366400,"width_seconds":900,"cost_usd":-1}', 'cost_usd is not'],
    ['{"key":"prod","start":1772366400,"width_seconds":900,"requests":-1}', 'requests is not'],
    ['{"key":{"a":1},"start":1772366400,"width_seconds":900}', 'key is not a text'],
    ['{"__proto__":{"key":"x"},"start":1772366400,"width_seconds":900}', 'key is empty'],
  ])('in JSON lines %s is told', async (line, why) => {
    const good = '{"key":"prod","start":1772366400,"width_seconds":900}';
    const { report } = await readLines(fileOf([good, line, good].join('\n')));

    expect(report).toMatchObject({ good: 2, bad: 1 });
    expect(report.badLines).toEqual([{ number: 2, why: expect.stringContaining(why) }]);
  });

  test('a quote that does not end costs its own line and no other', async () => {
    const rows = Array.from({ length: 120 }, () => GOOD);
    const content = [USAGE_HEADER, GOOD, `"${GOOD}`, ...rows, `"${GOOD}`, GOOD].join('\n');
    const { report } = await readLines(fileOf(content));

    expect(report).toMatchObject({ good: 122, bad: 2 });
    expect(report.badLines.map(({ number }) => number)).toEqual([3, 124]);
  });

  test('a quote that does not end is waited for over 50 lines, not to the end of the file', () => {
    const told: number[] = [];
    const rows = new CsvRows(',', { cells: (_, number) => told.push(number), bad: (_, number) => told.push(-number) });

    rows.push('"a', 1);
    for (let number = 2; number <= 51; number += 1) rows.push('b', number);

    expect(told.slice(0, 3)).toEqual([-1, 2, 3]);
    expect(told).toHaveLength(51);
  });

  test('a line of megabytes is skipped, and not kept', async () => {
    const content = [USAGE_HEADER, GOOD, 'x'.repeat(3 << 20), GOOD].join('\n');
    const { report } = await readLines(fileOf(content));

    expect(report).toMatchObject({ good: 2, bad: 1, badLines: [{ number: 3, why: 'is longer than a megabyte' }] });
  });

  test('the first 20 are told, the rest is counted', async () => {
    const { report } = await readLines(fileOf([USAGE_HEADER, GOOD, ...Array(50).fill('x')].join('\n')));

    expect(report.bad).toBe(50);
    expect(report.badLines).toHaveLength(20);
  });

  test('a whole key in a wrong place is not shown', async () => {
    const { report } = await readLines(fileOf([USAGE_HEADER, GOOD, bad({ requests: WHOLE_KEY })].join('\n')));

    expect(report.badLines[0]?.why).toContain('[secret]');
    expect(JSON.stringify(report)).not.toContain('Ab3dEf7h');
  });
});

describe('files', () => {
  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'There is no good line in'],
    ['a header alone', USAGE_HEADER, 'it is empty'],
    ['bad lines alone', `${USAGE_HEADER}\nx\ny`, 'line 2 has 1 columns instead of 10'],
    [
      'other columns',
      'date,amount\n2026-03-01,5',
      'it has no column key, nor start (usage buckets) or timestamp (requests)',
    ],
    ['no width', 'key,start\nprod,1772366400', 'it has no column width_seconds'],
    ['no header', GOOD, 'Its first line is: prod,2026'],
    ['a JSON array', '[{"key":"prod"}]', 'is one JSON array'],
    ['JSON of something else', '{"object":"list"}', 'has no column key'],
    ['an Excel sheet', Buffer.from('504b030414000600', 'hex'), 'a zip archive or an Excel sheet'],
    ['a cut gzip file', gzipSync(`${USAGE_HEADER}\n${`${GOOD}\n`.repeat(999)}`).subarray(0, 60), 'ends in the middle'],
    ['a damaged gzip file', Buffer.from('1f8b0800000000000003ffffffffffff', 'hex'), 'It is packed with gzip and'],
  ])('%s is an error that says why', async (_, content, why) => {
    const reading = readLines(fileOf(content));

    await expect(reading).rejects.toThrow(AppError);
    await expect(reading).rejects.toMatchObject({ publicMessage: expect.stringContaining(why) });
  });

  test('a file that is not there, and a folder, are errors that say so', async () => {
    await expect(readLines('/no/such/file.csv')).rejects.toMatchObject({
      publicMessage: 'There is no such file: /no/such/file.csv',
    });
    await expect(readLines(temporaryFolder())).rejects.toMatchObject({
      publicMessage: expect.stringContaining('That is a folder'),
    });
  });

  test('the first line of a wrong file does not show a key that stands in it', async () => {
    await expect(readLines(fileOf(`${WHOLE_KEY},5\n`))).rejects.toMatchObject({
      publicMessage: expect.not.stringContaining('Ab3dEf7h'),
    });
  });

  test('Unicode text of Excel is read', async () => {
    const text = `\u{feff}key\tstart\twidth_seconds\r\nprüfung\t1772366400\t900\r\n`;
    const { lines } = await readLines(fileOf(Buffer.from(text, 'utf16le')));

    expect(lines).toMatchObject([{ key: 'prüfung', startAt: AT }]);
  });

  test('gzip is told by its first bytes, and says what the plain file says', async () => {
    const content = [
      USAGE_HEADER,
      ...Array.from(
        { length: 5_000 },
        (_, index) => `k${index % 7},${1772366400 + index},1,m-${index % 3},e,${index},1,0,1,0.5`,
      ),
    ].join('\n');
    const plain = await readLines(fileOf(content, 'usage.csv.gz'));
    const halves = [gzipSync(content.slice(0, 40_000)), gzipSync(content.slice(40_000))];
    const packed = await readLines(fileOf(Buffer.concat(halves), 'usage.csv'));

    expect(packed.lines).toEqual(plain.lines);
    expect(packed.report).toEqual({ ...plain.report, path: packed.report.path });
    expect(plain.lines).toHaveLength(5_000);
  });

  test('whatever the bytes, reading ends with an answer or with an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, hasHeader) => {
        const content = hasHeader ? Buffer.concat([Buffer.from(`${USAGE_HEADER}\n`), bytes]) : Buffer.from(bytes);
        await readLines(fileOf(content)).catch((error: unknown) => expect(error).toBeInstanceOf(AppError));
      }),
      { numRuns: 100 },
    );
  });
});
