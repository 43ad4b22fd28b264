import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, measured } from './scale.ts';
import type { Figure, Suite } from './suite.ts';

const GIGABYTE = 1e9;
const KEYS = 200;
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'claude-sonnet-4-5'];
const START = Date.UTC(2026, 0, 1);
const PIECE = 1 << 20;

interface Read {
  readonly rows: number;
  readonly readMs: number;
  readonly keptMb: number;
  readonly peakMb: number;
  readonly problem: string | null;
}

/** What `backtest` and `analyze` do first: a gigabyte of requests, a tenth of them with quotes, a third without a cost. */
export const files: Suite = {
  id: 'files',
  title: 'a gigabyte of requests as CSV, read, priced and kept; the reader compiled and alone in its process',
  async run() {
    compile();
    const folder = mkdtempSync(join(tmpdir(), 'keysteward-bench-'));
    try {
      const path = join(folder, 'requests.csv');
      writeRequests(path);
      const { rows, readMs, keptMb, peakMb } = measured<Read>('read-file', [path]);
      return [
        figure('size of the file', statSync(path).size / 1e6, 'MB'),
        figure('lines', rows, 'lines'),
        figure('time', readMs, 'ms'),
        figure('lines in a second', (rows * 1_000) / readMs, 'lines'),
        figure('kept of a line', (keptMb * 1e6) / rows, 'bytes'),
        figure('memory, highest (RSS)', peakMb, 'MB'),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function figure(name: string, value: number, unit: string): Figure {
  return { name, value, unit };
}

function writeRequests(path: string): void {
  const file = openSync(path, 'w');
  let text = 'timestamp,key,model,input_tokens,output_tokens,endpoint,source_ip,user_agent,status_code,cost_usd\n';
  let written = 0;
  for (let index = 0; written < GIGABYTE; index += 1) {
    const timestamp = new Date(START + index * 200).toISOString();
    const agent = index % 10 === 0 ? '"Mozilla/5.0 (X11; Linux), like ""Gecko"""' : 'python-requests/2.31';
    const cost = index % 3 === 0 ? '' : '0.0123';
    text += `${timestamp},key-${index % KEYS},${MODELS[index % MODELS.length]},${index % 5_000},${index % 700},completions,10.0.${index % 250}.7,${agent},200,${cost}\n`;
    if (text.length < PIECE) continue;
    written += writeSync(file, text);
    text = '';
  }
  closeSync(file);
}
