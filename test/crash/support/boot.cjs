// Starts the bundle with what V8 has compiled of it in an earlier start: half of the time of a start is compiling.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { constants, Script } = require('node:vm');

const [, , bundle] = process.argv;
const cache = `${bundle}.cache`;
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
const script = new Script(`(function (require, __filename) {${readFileSync(bundle, 'latin1')}\n})`, {
  filename: bundle,
  cachedData,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
// At the end, when most of what it needs has been compiled.
if (cachedData === undefined) process.on('exit', () => writeFileSync(cache, script.createCachedData()));
script.runInThisContext()(createRequire(bundle), bundle);
