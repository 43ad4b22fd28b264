const COMMENT_OR_LITERAL = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g;
const ONE_ENGINE_ONLY: readonly RegExp[] = [
  /\bSTRICT\b/i,
  /\bWITHOUT\s+ROWID\b/i,
  /\bAUTOINCREMENT\b/i,
  /\b(date|time|datetime|julianday|strftime|unixepoch|ifnull|group_concat)\s*\(/i,
  /\b(DATETIME|BLOB|CURRENT_TIMESTAMP)\b/i,
  /\bjsonb?_\w+\s*\(/i,
  /->/,
  /\bINSERT\s+OR\b/i,
  /\bREPLACE\s+INTO\b/i,
  /\b(PRAGMA|BEGIN|COMMIT|ROLLBACK|VACUUM|ATTACH)\b/i,
  /[`[\]]/,
];

/** What in a migration only one of our two engines would take, or would end the transaction that it runs in. */
export function unportableWords(sql: string): readonly string[] {
  const plain = sql.replace(COMMENT_OR_LITERAL, "''");
  return ONE_ENGINE_ONLY.flatMap((pattern) => pattern.exec(plain)?.[0] ?? []);
}
