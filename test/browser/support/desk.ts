import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type OpenPage, openPage } from '../../../src/sandbox/page/open-page.ts';
import type { Speed } from '../../../src/sandbox/page/protocol.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';
import { findChromium, isBrowserRequired, NO_BROWSER } from './chromium.ts';

const PICTURES = join(import.meta.dirname, '../../../test-output/browser');
/** For waits on the screen; a machine that runs other tests as well takes seconds for what takes a tenth of one. */
const PATIENCE_MS = 30_000;
const TEST_MS = 90_000;
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SPEEDS: Readonly<Record<Speed, string>> = {
  0: 'Pause',
  1: 'Real time',
  60: '60 times faster',
  600: '600 times faster',
};

interface Walk {
  readonly story: string;
  readonly speed: Speed;
}

/** Tests that go through one story, one after the other, in a browser of their own. */
export function inBrowser(title: string, { story, speed }: Walk, walk: (desk: Desk) => void): void {
  const executablePath = findChromium(process.env);
  const isLeftOut = executablePath === undefined && !isBrowserRequired(process.env);
  describe.skipIf(isLeftOut)(title, { timeout: TEST_MS }, () => {
    const desk = new Desk();
    beforeAll(async () => {
      if (executablePath === undefined) throw new Error(NO_BROWSER);
      await desk.open({ story, speed, executablePath });
    }, TEST_MS);
    afterEach(async ({ task }) => {
      if (task.result?.state === 'fail') await desk.picture(`failed ${task.name}`);
      desk.expectNoFaults();
    });
    afterAll(() => desk.close());
    walk(desk);
  });
}

/** The sandbox's page as a person has it before them. */
export class Desk {
  #opened: OpenPage | undefined;
  #browser: Browser | undefined;
  #page: Page | undefined;
  readonly #faults: string[] = [];
  readonly #hosts = new Set<string>();

  async open({ story, speed, executablePath }: Walk & { readonly executablePath: string }): Promise<void> {
    const logger = recordingLogger();
    const onFault = (error: unknown) => this.#faults.push(`server: ${String(error)}`);
    this.#opened = await openPage({
      port: { number: 0, orFree: false },
      storyId: story,
      speed,
      logger: () => logger,
      onFault,
    });
    // Each start has an empty profile of its own.
    this.#browser = await chromium.launch({ executablePath, args: ARGUMENTS });
    const viewport = { width: 1280, height: 800 };
    const context = await this.#browser.newContext({ viewport, colorScheme: 'light', reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE_MS);
    this.#page = await context.newPage();
    this.#listen(this.#page);
    await this.#page.goto(this.url);
    await this.#page.getByTestId('clock').waitFor();
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.#opened?.close();
  }

  get url(): string {
    return `http://localhost:${this.#opened?.port}/`;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('the browser is not open');
    return this.#page;
  }

  /** Every host that the browser asked for anything. */
  get hosts(): readonly string[] {
    return [...this.#hosts];
  }

  /** What was wrong in the browser or the server up to now, which no test may leave behind. */
  expectNoFaults(): void {
    const faults = this.#faults.splice(0);
    expect(faults).toEqual([]);
    expect(this.hosts.filter((host) => host !== new URL(this.url).host)).toEqual([]);
  }

  get channel(): Locator {
    return this.page.getByRole('main');
  }

  get thread(): Locator {
    return this.page.getByRole('complementary', { name: 'Thread' });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  get composer(): Locator {
    return this.channel.getByRole('textbox', { name: /^Message / });
  }

  /** The message in the channel that says this. */
  message(words: string | RegExp): Locator {
    return this.channel.getByRole('article').filter({ hasText: words });
  }

  /** Takes the part of this person; resolves when the page shows what they see. */
  async be(name: string): Promise<void> {
    await this.page.getByRole('button', { name: /^You are / }).click();
    await this.page.getByRole('list', { name: 'Who am I' }).getByRole('button', { name }).click();
    await this.page.getByRole('button', { name: `You are ${name}` }).waitFor();
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  async setSpeed(speed: Speed): Promise<void> {
    const button = this.page.getByRole('button', { name: SPEEDS[speed] });
    await button.click();
    await button.and(this.page.locator('[aria-pressed=true]')).waitFor();
  }

  /** The simulated time on the page. */
  async now(): Promise<number> {
    return Date.parse((await this.page.getByTestId('clock').getAttribute('datetime')) ?? '');
  }

  async until(at: number): Promise<void> {
    await expect.poll(() => this.now(), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(at);
  }

  /** Goes from event to event until this is on the screen. */
  async seek(what: Locator): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Next event' });
    for (let events = 0; events < 20 && !(await what.isVisible()); events += 1) {
      const before = await this.now();
      await button.click();
      const isThere = async () =>
        (await this.now()) > before && (await button.getAttribute('aria-pressed')) === 'false';
      await expect.poll(isThere, { timeout: PATIENCE_MS }).toBe(true);
    }
    await what.waitFor();
  }

  async stolen(): Promise<string> {
    return textOf(this.page.getByTestId('stolen-total'));
  }

  /** Presses a button of the dialog. */
  async press(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click();
  }

  /** Presses the dialog's button, and gives what then stands under an input. */
  async refusedBy(button: string): Promise<string> {
    await this.press(button);
    const problem = this.dialog.getByRole('alert');
    await problem.waitFor();
    return textOf(problem);
  }

  /** Esc, until no dialog is open. */
  async dismiss(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.dialog.waitFor({ state: 'detached' });
  }

  /** Findings of axe-core that would keep somebody out. */
  async barriers(): Promise<readonly string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
  }

  /** Keeps what the page looks like for whoever wants to see it. */
  async picture(name: string): Promise<void> {
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  /** The same as WebP, a third of the size. */
  async smallPicture(path: string): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
    await writeFile(path, Buffer.from(data, 'base64'));
  }

  #listen(page: Page): void {
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:') this.#hosts.add(host);
    });
    page.on('pageerror', (error) => this.#faults.push(`page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#faults.push(`console: ${message.text()}`);
    });
  }
}

/** All that stands in it. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}
