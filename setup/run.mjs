/* `npm start`, `npm run dev` and `npm test`: prepare a fresh clone, then run the service or the tests. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endByHangup, HUNG_UP } from './end-by-hangup.mjs';
import { handOver, runOnce } from './hand-over.mjs';
import { nodeProblem } from './node-version.mjs';
import { createPreparation } from './prepare.mjs';
import { createSteps } from './steps.mjs';
import { supervise } from './supervise.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function start(args) {
  const preparation = await install();
  await together(preparation.native(), build(preparation));
  const up = ['--enable-source-maps', 'bin/berth.js', 'up', ...args];
  return supervise(process.execPath, up, { ...runOptions(), output: process.stderr });
}

/**
 * Runs all tests after the linters, or only the test files and folders named, without the linters. Unit tests run
 * first: they need neither an engine nor a server.
 */
async function test(paths) {
  const files = paths.flatMap(testFilesOf);
  const unitFiles = files.filter(isUnitTest);
  const others = files.filter((file) => !isUnitTest(file));
  if (unitFiles.length > 0 && others.length === 0) return testUnits(unitFiles);

  const preparation = await install();
  let units = { asked: false, code: 0 };
  // Unit tests do not need the native module, which takes a minute to compile.
  const checked = async () => {
    await build(preparation);
    if (files.length === 0) await preparation.lint();
    if (files.length === 0 || unitFiles.length > 0)
      units = await runOnce(...testProgram('unit.ts', unitFiles));
  };
  await together(preparation.native(), checked()).catch((error) => {
    // A stop also ends the compiler.
    if (!units.asked) throw error;
  });
  if (units.asked) return units.code;
  return (await handOver(...testProgram('machine/main.ts', others))) || units.code;
}

/** Runs all unit tests or the given files. They need no engine, no server and no special rights. */
async function testUnits(paths) {
  const files = paths.flatMap(testFilesOf);
  const preparation = await install();
  await preparation.make('generate');
  return handOver(...testProgram('unit.ts', files));
}

const testProgram = (path, files) => [
  process.execPath,
  ['--import=./setup/typescript.mjs', `test/kit/runner/${path}`, ...files],
  runOptions(),
];

/** Returns the test files in a folder, or the file itself. */
function testFilesOf(path) {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => join(path, name));
}

const isUnitTest = (file) => relative(root, resolve(file)).startsWith(join('test', 'unit'));

/** Installs the dependencies, except the native module. */
async function install() {
  const preparation = createPreparation({ root, steps: createSteps({ output: process.stderr }) });
  await preparation.dependencies();
  return preparation;
}

async function build(preparation) {
  await preparation.make('generate');
  await preparation.make('build:server');
  await preparation.make('build:web');
}

/** Waits for all tasks to end, then throws the first error. */
async function together(...tasks) {
  const outcomes = await Promise.allSettled(tasks);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

function runOptions() {
  return { cwd: root, env: process.env };
}

/** The service and the web app from their sources: each change shows at once. */
async function dev() {
  const preparation = await install();
  await together(preparation.native(), preparation.make('generate'));
  const { runDev } = await import('./dev.mjs');
  const regenerate = () => preparation.make('generate');
  return runDev({ root, env: process.env, regenerate, output: process.stderr });
}

const commands = { start, dev, test, 'test:unit': testUnits };

async function main([name, ...args]) {
  const command = commands[name];
  if (!command) throw new Error(`Use: node setup/run.mjs ${Object.keys(commands).join('|')} [arguments]`);
  return command(args);
}

/** Runs a command and returns the exit code. */
async function run(args) {
  const problem = nodeProblem(process.versions.node);
  if (problem) {
    process.stderr.write(`${problem}\n`);
    return 1;
  }
  try {
    return await main(args);
  } catch (error) {
    process.stderr.write(`\n${error.remedy ? `${error.message}\n\n${error.remedy}` : error.stack}\n`);
    return 1;
  }
}

const code = await run(process.argv.slice(2));
if (code === HUNG_UP) endByHangup();
else process.exitCode = code;
