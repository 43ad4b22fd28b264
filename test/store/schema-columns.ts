import type SqliteDatabase from 'better-sqlite3';
import ts from 'typescript';

/** Table → columns as `name: type`, in the order of the alphabet. */
type Columns = Readonly<Record<string, readonly string[]>>;

const TS_TYPES: Readonly<Record<string, string>> = { TEXT: 'string', BIGINT: 'number', INTEGER: 'number' };

/** What the interfaces of schema.ts and the files beside it say about each table of `Database`. */
export function declaredColumns(source: string): Columns {
  const file = ts.createSourceFile('schema.ts', source, ts.ScriptTarget.ES2022, true);
  const interfaces = new Map(
    file.statements.filter(ts.isInterfaceDeclaration).map((each) => [each.name.text, each.members]),
  );
  const tables = membersOf(interfaces.get('Database') ?? []);
  return Object.fromEntries(
    [...tables].map(([table, type]) => {
      const members = ts.isTypeLiteralNode(type) ? type.members : (interfaces.get(type.getText()) ?? []);
      return [table, [...membersOf(members)].map(([name, of]) => `${name}: ${of.getText()}`).sort()];
    }),
  );
}

function membersOf(members: Iterable<ts.TypeElement>): Map<string, ts.TypeNode> {
  return new Map(
    [...members]
      .filter(ts.isPropertySignature)
      .flatMap(({ name, type }) => (type === undefined ? [] : [[name.getText(), type] as const])),
  );
}

/** The same of a migrated database. A primary key is never null, whatever SQLite would allow. */
export function storedColumns(database: SqliteDatabase.Database): Columns {
  const columns = database
    .prepare<[], { table: string; name: string; type: string; notnull: number; pk: number }>(
      `SELECT m.name AS "table", c.name, c.type, c."notnull", c.pk FROM sqlite_master AS m, pragma_table_info(m.name) AS c
       WHERE m.type = 'table' AND m.name <> 'schema_migrations'`,
    )
    .all();
  const tables: Record<string, string[]> = {};
  for (const { table, name, type, notnull, pk } of columns) {
    const text = `${name}: ${TS_TYPES[type] ?? type}${notnull === 0 && pk === 0 ? ' | null' : ''}`;
    tables[table] = [...(tables[table] ?? []), text].sort();
  }
  return tables;
}
