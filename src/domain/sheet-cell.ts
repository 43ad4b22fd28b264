// What a spreadsheet would take for the beginning of a formula, behind any apostrophes that are there already.
const DANGEROUS = /^'*[=+\-@\t\r]/;

/** One apostrophe in front of what a spreadsheet would run. */
export function neutralised(text: string): string {
  return DANGEROUS.test(text) ? `'${text}` : text;
}

/** Takes exactly the apostrophe away that `neutralised` put there. */
export function restored(text: string): string {
  return text.startsWith("'") && DANGEROUS.test(text) ? text.slice(1) : text;
}
