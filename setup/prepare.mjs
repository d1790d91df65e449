/* The steps before the program runs. Each is skipped if its outputs are current. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { headersSetting, installBuildTools, missingBuildTools } from './build-tools.mjs';
import { runCommand } from './command.mjs';
import { dependenciesAreCurrent, platformDigest } from './dependencies.mjs';
import { digestOf, hasStamp, isCurrent, writeStamp } from './stamps.mjs';

const NATIVE = 'better-sqlite3';
/** Exists only if the build succeeded. */
const NATIVE_FILE = `node_modules/${NATIVE}/build/Release/better_sqlite3.node`;

/** Outputs are built again if the versions of the tools change. */
const TOOLS = ['package.json', 'package-lock.json'];
/** Lines of a linter's output in its error: enough for most reports. */
const LINT_TAIL_LINES = 300;

const BUILDS = {
  generate: {
    title: 'generated code',
    inputs: [...TOOLS, 'prisma', 'src/api/graphql', 'schema.graphql', 'web'],
    only: /\.(prisma|graphql|json)$|\/generate\.ts$/,
    outputs: ['src/infra/database/generated', 'web/src/generated'],
    remedy: 'Correct the schema or operation it names, in prisma/, src/api/graphql/ or web/src/.',
  },
  'build:server': {
    title: 'server',
    inputs: [...TOOLS, 'packages', 'prisma', 'src', 'tsconfig.json', 'setup/build-server.mjs'],
    outputs: ['dist/cli/main.js'],
    remedy: 'Correct what it names, in src/.',
  },
  'build:web': {
    title: 'web app',
    inputs: [...TOOLS, 'packages', 'schema.graphql', 'web'],
    outputs: ['dist/web/index.html'],
    remedy: 'Correct what it names, in web/.',
  },
};

/** Creates the steps for the project in `root`. Each throws an error whose `remedy` says what to do. */
export function createPreparation({ root, steps }) {
  const npm = npmCommand();

  /** Runs npm. */
  async function runNpm(args, { step, remedy, tailLines, env }) {
    step.progress(`npm ${args.join(' ')}`);
    const options = { cwd: root, env: { ...process.env, ...env }, onLine: step.progress, tailLines };
    try {
      await runCommand(npm.command, [...npm.args, ...args], options);
    } catch (error) {
      throw Object.assign(error, { remedy });
    }
  }

  /** Installs the dependencies without their scripts: only {@link buildNative} needs one. */
  async function installDependencies(step) {
    const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const remedy = 'npm must reach its registry, or a mirror named by "npm config set registry".';
    await runNpm(args, { step, remedy });
  }

  /** Downloads or compiles the native module. Compilers are installed only if it must be compiled. */
  async function buildNative(step) {
    const args = ['rebuild', NATIVE, '--loglevel=error'];
    const env = headersSetting();
    const tools = await missingBuildTools();
    const toolsMissing = `Compiling needs ${tools.join(', ')}: apt-get install -y ${tools.join(' ')}`;
    const remedy = `The output above names the problem of compiling ${NATIVE}.`;
    try {
      await runNpm(args, { step, remedy: tools.length > 0 ? toolsMissing : remedy, env });
    } catch (error) {
      if (tools.length === 0 || !/gyp ERR!/.test(error.output)) throw error;
      step.progress(`installing ${tools.join(', ')}`);
      if (!(await installBuildTools(tools, step.progress))) throw error;
      await runNpm(args, { step, remedy, env });
    }
  }

  return {
    dependencies: () =>
      steps.run('dependencies', async (step) => {
        const platform = { name: 'platform', digest: platformDigest(), outputs: [] };
        if (dependenciesAreCurrent(root) && isPlatformOf(root, platform)) return 'unchanged';
        await installDependencies(step);
        writeStamp(root, platform);
        return 'installed';
      }),

    /** Builds better-sqlite3, the only native module. */
    native: () =>
      steps.run('SQLite', async (step) => {
        if (existsSync(join(root, NATIVE_FILE))) return 'unchanged';
        await buildNative(step);
        return 'made';
      }),

    make: (script) =>
      steps.run(BUILDS[script].title, async (step) => {
        const { inputs, only, outputs, remedy } = BUILDS[script];
        const made = { name: script.replace(':', '-'), digest: digestOf(root, inputs, only), outputs };
        if (isCurrent(root, made)) return 'unchanged';
        await runNpm(['run', '--silent', script], { step, remedy });
        writeStamp(root, made);
        return 'made';
      }),

    lint: () =>
      steps.run('lint', async (step) => {
        const remedy = '"npm run format" formats all files; the rest must be corrected manually.';
        await runNpm(['run', '--silent', 'lint'], { step, remedy, tailLines: LINT_TAIL_LINES });
        return 'clean';
      }),
  };
}

/** Checks the platform's stamp. A manual installation has none; it is assumed to be for this Node. */
function isPlatformOf(root, platform) {
  if (isCurrent(root, platform)) return true;
  if (hasStamp(root, platform.name)) return false;
  writeStamp(root, platform);
  return true;
}

/** Returns the npm that started this process, or the one on the PATH. */
function npmCommand() {
  const started = process.env.npm_execpath;
  return started?.endsWith('.js') && started.includes('npm')
    ? { command: process.execPath, args: [started] }
    : { command: 'npm', args: [] };
}
