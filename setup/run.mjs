/* `npm start` and `npm test`: from a fresh clone to a running service, or to tested code. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endByHangup, HUNG_UP } from './end-by-hangup.mjs';
import { handOver } from './hand-over.mjs';
import { nodeProblem } from './node-version.mjs';
import { createPreparation } from './prepare.mjs';
import { createSteps } from './steps.mjs';
import { supervise } from './supervise.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function start(args) {
  await prepare();
  const up = ['--enable-source-maps', 'bin/berth.js', 'up', ...args];
  return supervise(process.execPath, up, { ...runOptions(), output: process.stderr });
}

/** All tests after the linters, or only the test files named, without these. */
async function test(files) {
  const preparation = await prepare();
  await preparation.make('build:tap');
  if (files.length === 0) await preparation.lint();
  const machine = 'test/support/machine/main.ts';
  return handOver(process.execPath, ['--import=./setup/typescript.mjs', machine, ...files], runOptions());
}

async function prepare() {
  const preparation = createPreparation({ root, steps: createSteps({ output: process.stderr }) });
  await preparation.dependencies();
  await preparation.make('generate');
  await preparation.make('build:server');
  await preparation.make('build:web');
  return preparation;
}

function runOptions() {
  return { cwd: root, env: process.env };
}

const commands = { start, test };

async function main([name, ...args]) {
  const command = commands[name];
  if (!command) throw new Error(`Use: node setup/run.mjs ${Object.keys(commands).join('|')} [arguments]`);
  return command(args);
}

/** Answers the exit code. */
async function run(args) {
  const problem = nodeProblem(process.versions.node);
  if (problem) {
    process.stderr.write(`${problem}\n`);
    return 1;
  }
  try {
    return await main(args);
  } catch (error) {
    process.stderr.write(`\n${error.mend ? `${error.message}\n\n${error.mend}` : error.stack}\n`);
    return 1;
  }
}

const code = await run(process.argv.slice(2));
if (code === HUNG_UP) endByHangup();
else process.exitCode = code;
