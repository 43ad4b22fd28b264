// Starts a bundle with what V8 has compiled of it in an earlier start: half of the time of a start is compiling.
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { constants, Script } = require('node:vm');

// The program finds its arguments where it would find them without us.
process.argv.splice(1, 1);
const [, bundle, command = 'none'] = process.argv;
// Each command compiles other parts.
const cache = `${bundle}.${command.replace(/\W/g, '')}.cache`;
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
const script = new Script(`(function (require, __filename) {${readFileSync(bundle, 'latin1')}\n})`, {
  filename: bundle,
  cachedData,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
if (cachedData === undefined) process.on('exit', keep);
script.runInThisContext()(createRequire(bundle), bundle);

/** At the end, when most of what it needs has been compiled. As a whole: another one may be about to read it. */
function keep() {
  const unfinished = `${cache}.${process.pid}`;
  writeFileSync(unfinished, script.createCachedData());
  renameSync(unfinished, cache);
}
