import { AppError, type ErrorCode } from '../../src/domain/errors.ts';
import type { DeployHook, DeployRequest, DeployRun } from '../../src/ports/deploy-hook.ts';

export interface HookAnswer {
  readonly code: ErrorCode;
  readonly applied?: boolean;
}

export interface FakeHookOptions {
  readonly name?: string;
  readonly follows?: boolean;
  readonly finds?: boolean;
  readonly onCall?: () => void;
}

/** A deploy hook in memory: what it was asked for, and how each run stands. */
export class FakeHook {
  readonly calls: string[] = [];
  /** By the ref of the run. */
  readonly runs = new Map<string, DeployRun>();
  readonly port: DeployHook;
  readonly #byRequest = new Map<string, string>();
  readonly #script: HookAnswer[] = [];
  readonly #follows: boolean;
  readonly #onCall: () => void;

  constructor({ name = 'ci', follows = true, finds = true, onCall = () => {} }: FakeHookOptions = {}) {
    this.#follows = follows;
    this.#onCall = onCall;
    this.port = {
      name,
      kind: 'fake',
      title: 'Fake CI',
      follows,
      trigger: async (request) => this.#trigger(request),
      ...(finds ? { find: async ({ id }: DeployRequest) => this.#find(id) } : {}),
      ...(follows ? { follow: async (ref: string) => this.#at('follow', () => this.runs.get(ref) ?? lost()) } : {}),
      checkAccess: async () => {},
      byHand: ['Run the workflow deploy.'],
    };
  }

  script(...answers: readonly (HookAnswer | ErrorCode)[]): void {
    this.#script.push(...answers.map((one) => (typeof one === 'string' ? { code: one } : one)));
  }

  end(state: DeployRun['state'], problem: string | null = null): void {
    for (const [ref, run] of this.runs) if (run.state === 'running') this.runs.set(ref, { ...run, state, problem });
  }

  #trigger({ id }: DeployRequest): DeployRun {
    return this.#at('trigger', () => {
      const ref = `run_${this.runs.size + 1}`;
      const run: DeployRun = { ref, url: `https://ci.test/${ref}`, state: 'running', problem: null };
      this.runs.set(ref, run);
      this.#byRequest.set(id, ref);
      return this.#follows ? run : { ...run, ref: null };
    });
  }

  #find(id: string): DeployRun | null {
    return this.#at('find', () => this.runs.get(this.#byRequest.get(id) ?? '') ?? null);
  }

  #at<Result>(method: string, work: () => Result): Result {
    this.#onCall();
    this.calls.push(method);
    const answer = this.#script.shift() ?? null;
    if (answer !== null && answer.applied !== true) throw hookError(answer.code);
    const result = work();
    if (answer !== null) throw hookError(answer.code);
    return result;
  }
}

function hookError(code: ErrorCode): AppError {
  return new AppError({ code, message: `fake ${code}`, publicMessage: `The hook says ${code}.` });
}

function lost(): never {
  throw hookError('hook_rejected');
}
