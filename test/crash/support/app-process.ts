import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { BOOT } from '../../support/bundle.ts';
import type { Effect, Gate } from './gate.ts';
import { type CommitNews, type FromChild, GATE_FD, type Setting, type ToChild } from './wire.ts';

/** The app was killed as planned. */
export class Killed extends Error {}

export interface AppProcessOptions {
  readonly bundle: string;
  readonly gate: Gate;
  readonly setting: Setting;
}

/** One life of the app in a process of its own. Everything awaited here rejects when that life ends. */
export class AppProcess {
  readonly logs: string[] = [];
  /** Rejects when the process has ended: with `Killed`, or with what went wrong. */
  readonly ended: Promise<never>;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, (news: FromChild) => void>();
  #output = '';
  #problem: string | undefined;
  #isKilled = false;
  #isStopping = false;
  #turn = 0;

  constructor({ bundle, gate, setting }: AppProcessOptions) {
    this.#process = spawn(process.execPath, [BOOT, bundle], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      // Nothing of this machine's settings reaches the app.
      env: { TZ: 'UTC' },
    });
    this.ended = new Promise((_resolve, reject) => {
      this.#process.once('exit', (code, signal) => reject(this.#endedBy(code, signal)));
    });
    this.ended.catch(() => {});
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += String(chunk);
      });
    }
    this.#process.on('message', (news: FromChild) => this.#hear(news));
    this.#process.on('error', () => {});
    gate.open(() => this.#kill());
    passCommits(this.#process.stdio[GATE_FD] as Duplex, gate);
    this.#send({ type: 'start', setting });
  }

  /** Awaits `work` while the app lives. */
  alive<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([this.ended, work]);
  }

  async started(): Promise<void> {
    await this.#heard('started');
  }

  jump(at: number): void {
    this.#send({ type: 'jump', at });
  }

  /** Resolves when the app works on nothing; says when the next thing is due. */
  async settled(): Promise<number> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#send({ type: 'settle', turn });
    const news = await this.#heard(`settled ${turn}`);
    return news.type === 'settled' ? news.nextDueAt : 0;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#send({ type: 'stop' });
    await this.ended.catch((error: unknown) => {
      if (!(error instanceof Stopped)) throw error;
    });
  }

  /** Ends it whatever it is doing; for a play that has failed. */
  async dispose(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended.catch(() => {});
  }

  #kill(): void {
    this.#isKilled = true;
    this.#process.kill('SIGKILL');
  }

  #send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message);
  }

  #heard(name: string): Promise<FromChild> {
    return this.alive(new Promise<FromChild>((resolve) => this.#waiting.set(name, resolve)));
  }

  #hear(news: FromChild): void {
    if (news.type === 'log') this.logs.push(news.line);
    if (news.type === 'failed') {
      this.#problem = news.problem;
      this.#process.kill('SIGKILL');
    }
    const name = news.type === 'settled' ? `settled ${news.turn}` : news.type;
    this.#waiting.get(name)?.(news);
    this.#waiting.delete(name);
  }

  #endedBy(code: number | null, signal: NodeJS.Signals | null): Error {
    if (this.#isKilled) return new Killed('killed at the kill point');
    if (this.#isStopping && code === 0) return new Stopped('stopped');
    const why = this.#problem ?? this.#output.trim();
    return new Error(`the app ended by itself (${code ?? signal}): ${why}`);
  }
}

class Stopped extends Error {}

/** Answers each question about a commit when the gate lets it pass. */
function passCommits(line: Duplex, gate: Gate): void {
  let rest = '';
  let effect: Effect | undefined;
  const pass = async (text: string): Promise<void> => {
    const { label, phase } = JSON.parse(text) as CommitNews;
    if (phase === 'before' || effect === undefined) effect = gate.arrive('commit', label);
    await gate.pass(effect, phase);
    line.write('.');
  };
  line.on('data', (chunk) => {
    rest += String(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) void pass(text);
  });
  line.on('error', () => {});
}
