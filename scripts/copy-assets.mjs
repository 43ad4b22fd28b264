import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The compiler writes code only; what the code reads beside itself (schemas, data) is copied here.
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FROM = join(ROOT, 'src');
const TO = join(ROOT, 'dist');
// Sources of the sandbox's page, which is built by itself and is no part of what runs.
const CLIENT = join(FROM, 'sandbox', 'page', 'client');

for (const entry of readdirSync(FROM, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith('.ts')) continue;
  const from = join(entry.parentPath, entry.name);
  if (from.startsWith(CLIENT)) continue;
  const to = join(TO, from.slice(FROM.length));
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

const command = join(TO, 'cli.js');
if (existsSync(command)) chmodSync(command, 0o755);
