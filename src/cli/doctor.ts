import type { Command } from 'commander';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('look at everything the bot needs, change nothing, and say what to do; ends with 1 when it cannot run')
    .option('--json', 'the report as JSON on stdout', false)
    .action(async ({ json }: { readonly json: boolean }) => {
      const { runDoctor } = await import('./doctor-run.ts');
      process.exitCode = await runDoctor({ json });
    });
}
