import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export of its config file.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Vitest keeps one core for itself, which on two is half of them.
    maxWorkers: '100%',
    // What a test leaves behind is mostly short-lived: with room for it, collecting takes half as long.
    execArgv: ['--max-semi-space-size=64'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Files of a worker share what they import: loading it again for each cost more than half of all time. They must not
    // keep state in modules; the environment is set back, and module mocks are not used.
    isolate: false,
    // An ambient admin key or Slack token on the developer's machine must never reach a test.
    unstubEnvs: true,
    globalSetup: ['test/browser/support/announce.ts', 'test/support/programs-folder.ts'],
  },
});
