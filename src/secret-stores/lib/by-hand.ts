/** Asks for the value without showing it; works in bash and zsh, and leaves no trace in their history. */
export const ASK = "printf 'New value: '; read -rs VALUE; echo";
export const FORGET = 'unset VALUE';
export const GIVE = 'printf %s "$VALUE"';

export function quoted(text: string): string {
  return /^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What goes to the client's stdin: the value, or the fields as they are with this one changed. */
export function pipedValue(field: string | null, readAll: string): string {
  if (field === null) return GIVE;
  return `${readAll} | VALUE="$VALUE" jq -c '.["${field}"] = env.VALUE'`;
}
