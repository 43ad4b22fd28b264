const CELLS = 10;

/** `▓▓▓▓░░░░░░`; a little shows as one cell, and only the whole fills it. */
export function shareBar(share: number): string {
  const part = Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share));
  const cells = part > 0 && part < 1 ? Math.min(CELLS - 1, Math.max(1, Math.round(part * CELLS))) : part * CELLS;
  return '▓'.repeat(cells) + '░'.repeat(CELLS - cells);
}
