/** A whole-text pattern from `*` (any run) and `?` (one character); case does not matter. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/\*+/g, '*')
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'is');
}
