/* The steps before the program itself runs: each is left out when what it makes is there already. */
import { headersSetting, installBuildTools, missingBuildTools } from './build-tools.mjs';
import { runCommand } from './command.mjs';
import { dependenciesAreCurrent, platformDigest } from './dependencies.mjs';
import { digestOf, hasStamp, isCurrent, writeStamp } from './stamps.mjs';

/** Whatever is made by a tool is made anew with another version of it. */
const TOOLS = ['package.json', 'package-lock.json'];
/** What a linter reports is worth reading whole. */
const LINT_TAIL_LINES = 300;

const MADE = {
  generate: {
    title: 'generated code',
    inputs: [...TOOLS, 'prisma', 'src/api/graphql', 'schema.graphql', 'web'],
    only: /\.(prisma|graphql|json)$|\/generate\.ts$/,
    outputs: ['src/infra/database/generated', 'web/src/generated'],
    mend: 'Correct the schema or operation it names, in prisma/, src/api/graphql/ or web/src/.',
  },
  'build:server': {
    title: 'server',
    inputs: [...TOOLS, 'packages', 'prisma', 'src', 'tsconfig.json', 'tsconfig.build.json'],
    outputs: ['dist/cli/main.js'],
    mend: 'Correct the types it names, in src/.',
  },
  'build:web': {
    title: 'web app',
    inputs: [...TOOLS, 'packages', 'schema.graphql', 'web'],
    outputs: ['dist/web/index.html'],
    mend: 'Correct what it names, in web/.',
  },
  'build:tap': {
    title: 'test runner',
    inputs: [...TOOLS, '.taprc'],
    outputs: ['.tap/plugins', 'node_modules/@tapjs/test/test-built'],
    mend: 'Correct .taprc.',
  },
};

/** Steps bound to the project in `root`; each throws, with `mend` saying what to do. */
export function createPreparation({ root, steps }) {
  const npm = npmCommand();

  /** Runs one of package.json's scripts, or any other command of npm. */
  async function runNpm(args, { step, mend, tailLines, env }) {
    step.progress(`npm ${args.join(' ')}`);
    const options = { cwd: root, env: { ...process.env, ...env }, onLine: step.progress, tailLines };
    try {
      await runCommand(npm.command, [...npm.args, ...args], options);
    } catch (error) {
      throw Object.assign(error, { mend });
    }
  }

  /** Compilers are installed only where it turns out that something has to be compiled. */
  async function installDependencies(step) {
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
    const env = headersSetting();
    const tools = await missingBuildTools();
    const mend = [
      'npm must reach its registry, or a mirror named by "npm config set registry".',
      ...(tools.length > 0
        ? [`Compiling needs ${tools.join(', ')}: apt-get install -y ${tools.join(' ')}`]
        : []),
    ].join('\n');
    try {
      await runNpm(args, { step, mend, env });
    } catch (error) {
      if (tools.length === 0 || !/gyp ERR!/.test(error.output)) throw error;
      step.progress(`installing ${tools.join(', ')}`);
      if (!(await installBuildTools(tools, step.progress))) throw error;
      await runNpm(args, { step, mend, env });
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

    make: (script) =>
      steps.run(MADE[script].title, async (step) => {
        const { inputs, only, outputs, mend } = MADE[script];
        const made = { name: script.replace(':', '-'), digest: digestOf(root, inputs, only), outputs };
        if (isCurrent(root, made)) return 'unchanged';
        await runNpm(['run', '--silent', script], { step, mend });
        writeStamp(root, made);
        return 'made';
      }),

    lint: () =>
      steps.run('lint', async (step) => {
        const mend = '"npm run format" formats all files; the rest is to be corrected by hand.';
        await runNpm(['run', '--silent', 'lint'], { step, mend, tailLines: LINT_TAIL_LINES });
        return 'clean';
      }),
  };
}

/** An installation made by hand has no stamp yet: it was made by this Node, as far as one can know. */
function isPlatformOf(root, platform) {
  if (isCurrent(root, platform)) return true;
  if (hasStamp(root, platform.name)) return false;
  writeStamp(root, platform);
  return true;
}

/** The npm that started this, or the one on the PATH. */
function npmCommand() {
  const started = process.env.npm_execpath;
  return started?.endsWith('.js') && started.includes('npm')
    ? { command: process.execPath, args: [started] }
    : { command: 'npm', args: [] };
}
