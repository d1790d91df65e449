import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import { PLAIN_IMAGE } from '../../../src/domains/labs/import/needs/environments.ts';
import { imagesFolder } from '../../../src/host-setup/lab-images.ts';
import { emptyFolder } from '../../kit/labs/git-repository.ts';
import type { ImportReport } from '../../../src/domains/labs/import/import-report.ts';
import { scenarioFixtures } from '../../kit/labs/imports.ts';
import { labsFolder } from '../../kit/labs/lab-folders.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';

const part = (title: string) => ({ title, text: `${title}.md`, verify: `${title}.sh` });

await t.test(
  'commands in a text run on the engine, and are reported if verify does not check them',
  async (t) => {
    const source = await labsFolder(t, {
      knots: {
        'index.json': JSON.stringify({
          title: 'Knots',
          details: {
            intro: { text: 'intro.md', foreground: 'intro.sh' },
            steps: [
              part('tied'),
              { ...part('open'), background: 'open-background.sh' },
              part('wrong'),
              { title: 'read', text: 'read.md' },
              part('after'),
              part('yours'),
            ],
          },
          backend: { imageid: 'ubuntu' },
        }),
        'intro.md': 'Ropes: `touch started`{{exec}}',
        'intro.sh': 'echo rope >~/rope\n',
        'tied.md': 'First `sleep 1000`{{exec}}, then `cp rope tied`{{exec interrupt}}',
        'tied.sh': '[ -e started ] && grep rope /root/tied\n',
        'open.md': '`ls`{{exec}}',
        'open.sh': 'echo done\n',
        'open-background.sh': 'echo open >/tmp/open\n',
        'wrong.md': '`cp rope worng; false`{{exec}}',
        'wrong.sh': 'if [ -e wrong ]; then echo done; else echo "No knot."; fi\n',
        'read.md': '```\ncp rope read\n```{{exec}}',
        'after.md': '`cat none; cp read after`{{exec}}',
        'after.sh': '[ -e after ] && echo done\n',
        'yours.md': 'Tie your own.',
        'yours.sh': '[ -e own ]\n',
      },
      whale: {
        'index.json': JSON.stringify({
          title: 'Whale',
          details: {
            steps: [part('engine'), part('hello')],
            assets: { host01: [{ file: 'note.txt', target: '/root' }] },
          },
          backend: { imageid: 'docker' },
        }),
        'engine.md': '`docker info --format "{{.ServerVersion}}" >version; cp note.txt kept`{{exec}}',
        'engine.sh': '[ -s ~/version ] && grep -q mine ~/kept && echo done\n',
        'hello.md': '`docker run --name hello hello-world`{{exec}} and `sudo id`',
        'hello.sh': 'docker logs hello | grep -q Hello && echo done\n',
        'assets/note.txt': 'mine\n',
      },
      tools: {
        'index.json': JSON.stringify({
          title: 'Tools',
          details: {
            intro: { text: 'intro.md', background: 'prepare.sh' },
            steps: [part('sudo'), part('kit'), part('late'), part('missing')],
          },
          backend: { imageid: 'ubuntu' },
        }),
        'intro.md': 'Tools.',
        'prepare.sh': 'sleep 4; useradd -m ann; echo ready >/root/late\n',
        'sudo.md': `\`\`\`bash
useradd -m bob && sudo -u bob id -un >name
sudo -i pwd >home; WORD=kept sudo -E sh -c 'echo $WORD' >kept; sudo su - bob -c pwd >login
echo 'bob ALL=(ALL) NOPASSWD: /usr/bin/id' | sudo tee /etc/sudoers.d/bob >/dev/null; chmod 0440 /etc/sudoers.d/bob; sudo visudo -c >checked
\`\`\`{{exec}}`,
        'sudo.sh': `cat name home kept login | tr '\\n' ' ' | grep -qx 'bob /root kept /home/bob ' &&
  grep -q sudoers.d/bob checked && sudo -l -U bob | grep -q /usr/bin/id\n`,
        'kit.md': `\`\`\`bash
git init -q repository; python3 -m venv --without-pip env; wget --version; unzip -v; nc -h; dig -v; ip a; man -w ls
printf 'int main(void) { return 7; }' >seven.c; make -s seven
touch shared; setfacl -m u:bob:r shared; truncate -s 16M disk; mkfs.ext4 -q disk
echo '* * * * * true' | crontab -; ssh-keygen -q -t ed25519 -N '' -f key
\`\`\`{{exec}}`,
        'kit.sh': `[ -d repository/.git ] && [ -d env ] && getfacl shared | grep -q bob && file disk | grep -q ext4 &&
  crontab -l | grep -q true && [ -s key.pub ] && locale -a | grep -q en_US.utf8 && { ./seven; [ $? = 7 ]; }\n`,
        'late.md': '`cp late early`{{exec}}',
        'late.sh': 'grep -q ready early && id ann\n',
        'missing.md': '`figlet hello >found`{{exec}}',
        'missing.sh': '[ -s found ]\n',
      },
      plain: {
        'index.json': JSON.stringify({ title: 'Plain', backend: { imageid: 'ubuntu' } }),
      },
    });
    const report = join(await emptyFolder(t), 'report.json');
    const into = await emptyFolder(t);
    const run = await labsCommand(['import', source, '--into', into, '--verify', '--report', report]);
    t.equal(run.code, 0);
    const warned = (step: string, what: string) =>
      `  knots/index.json: step "${step}": its verify script ${what}\n`;
    t.match(
      run.stdout,
      `imported with warnings: knots -> ${into}/knots\n${warned('open', 'passes before anything was done')}${warned('wrong', 'fails after all commands of the text: No knot.')}imported: plain`,
    );
    t.match(
      run.stdout,
      'step "missing": its verify script fails after all commands of the text: command not found: figlet; ',
    );
    t.match(
      run.stdout,
      '\n11 steps with a verify script: 7 passed after the commands, 1 passed before them, 2 failed, 1 without commands\n',
    );
    const { counts, scenarios } = JSON.parse(await readFile(report, 'utf8'));
    t.match(counts, { imported: 2, importedWithWarnings: 2, plain: 2 });
    t.same(counts.verified, { steps: 11, passed: 7, vacuous: 1, unsolved: 1, failed: 2 });
    t.match(scenarios[0].verified, [
      { step: 'tied', outcome: 'passed' },
      { step: 'open', outcome: 'vacuous' },
      { step: 'wrong', outcome: 'failed', problem: 'No knot.' },
      { step: 'after', outcome: 'passed' },
      { step: 'yours', outcome: 'unsolved' },
    ]);
  },
);

await t.test('scenarios with every construct run on the engine, and pass', async (t) => {
  const report = join(await emptyFolder(t), 'report.json');
  const into = await emptyFolder(t);
  const flags = ['--unlisted', '--verify', '--report', report];
  t.match(await labsCommand(['import', scenarioFixtures, '--into', into, ...flags]), { code: 2 });
  const { scenarios } = JSON.parse(await readFile(report, 'utf8')) as ImportReport;
  const verified = scenarios.flatMap(({ scenario, verified }) =>
    (verified ?? []).map(({ step, outcome }) => `${scenario} ${step} ${outcome}`),
  );
  t.same(verified.toSorted(), [
    'katacoda/signals/flags hoist-a-flag passed',
    'killercoda/basics step-2 passed',
    'killercoda/basics tie-the-boat-up passed',
  ]);
});

await t.test("the list of the image's programs matches the image", async (t) => {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  // Built by the imports above.
  const text = '#!/bin/sh\nexec /usr/share/berth/list-commands\n';
  const { output } = await createDockerImages({ docker }).runScript(PLAIN_IMAGE, { text, timeoutMs: 60_000 });
  t.equal(
    output,
    await readFile(join(imagesFolder, 'ubuntu/commands.txt'), 'utf8'),
    'docker run --rm berth/lab-ubuntu /usr/share/berth/list-commands > images/ubuntu/commands.txt',
  );
});
