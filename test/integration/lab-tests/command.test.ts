import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { labsFolder, writeLab } from '../../kit/labs/lab-folders.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';
import { fileStep, testedLab } from '../../kit/labs/tested-labs.ts';

await t.test('a lab with trustworthy checks is reported as such, with exit code 0', async (t) => {
  const wrong = `wrong: ["touch ~/two", "cp ~/one ~/other"]`;
  const directory = await labsFolder(t, { good: testedLab([fileStep('one'), fileStep('two', wrong)]) });
  const run = await labsCommand(['test', 'good', '--jobs', '2'], { BERTH_LABS_DIR: directory });
  t.equal(run.code, 0, run.stderr);
  const rows = run.stdout.trim().split('\n');
  t.match(rows[0], /^LAB +STEP +BEFORE +SOLUTION +WRONG STATES +TAMPERING +TIME$/);
  t.match(rows[1], /^good +\(lab\) +✔ +\d+\.\d s$/);
  t.match(rows[2], /^good +one +✔ +✔ +✔ 3 of 3 +\d+\.\d s$/);
  t.match(rows[3], /^good +two +✔ +✔ +✔ 2 of 2 +✔ 3 of 3 +\d+\.\d s$/);
  t.equal(rows.at(-1), '13 passed, 0 failed, 0 skipped');
  t.match(
    run.stderr,
    /✔ good \/ two is not passed in the wrong state steps\[1\]\.wrong\[1\]: "Missing\." \(/,
  );
});

await t.test('wrong states share an environment unless one hides another', async (t) => {
  const check = (script: string) => `check: { script: '${script}' }, solution: 'echo done > ~/two'`;
  const two = (script: string, wrong: string) => `id: two, ${check(script)}, wrong: '${wrong}'`;
  const home = '/home/learner';
  const directory = await labsFolder(t, {
    shared: testedLab([
      fileStep('one', `wrong: ['touch ~/one ~/was-wrong', 'mkdir ~/other']`),
      fileStep('two', `wrong: ['test -e ~/was-wrong', 'test -e ~/other']`),
    ]),
    blocked: testedLab([
      fileStep('one', `wrong: 'touch ~/one && chmod a-w ~/one'`),
      fileStep('two', `wrong: 'test -s ~/one'`),
      fileStep('three', `wrong: 'touch ~/three'`),
    ]),
    hidden: testedLab([
      fileStep('one', `wrong: 'touch ~/broken'`),
      two(`test ! -e ${home}/broken && test -e ${home}/two`, 'touch ~/two'),
    ]),
    helped: testedLab([
      fileStep('one', `wrong: 'echo done > ~/two'`),
      two(`test -s ${home}/two`, 'touch ~/two'),
    ]),
  });
  const { code, stdout } = await labsCommand(['test', directory]);
  t.equal(code, 1);
  t.match(stdout, /^shared +two +✔ +✔ +✔ 2 of 2 /m, 'the second starts in the wrong state of the first');
  t.match(stdout, /^blocked +two +✔ +✔ +✔ 1 of 1 /m, 'what cannot be restored is left behind');
  t.match(stdout, /^blocked +three +✔ +✔ +✔ 1 of 1 /m);
  t.match(stdout, /^hidden +two +✔ +✔ +✘ 0 of 1 /m, 'leftovers of one do not let another count');
  t.match(stdout, /^helped +two +✔ +✔ +✔ 1 of 1 /m, 'nor make another fail');
  t.match(stdout, /\n\d+ passed, 1 failed, 0 skipped\n$/);
});

await t.test('a check that tampering passes fails the test, and the next step is still tested', async (t) => {
  const asLearner = `user: learner, script: 'grep -qx done ~/one && echo There. || { echo Missing.; false; }'`;
  const ofRoot = testedLab([
    `id: one, check: { script: 'grep -qx done /root/one' }, solution: 'echo done > /root/one'`,
  ]);
  const ofPrograms = `id: one, check: { script: 'grep -qx done /home/learner/one' }, solution: 'echo done > ~/one'`;
  const directory = await labsFolder(t, {
    forged: testedLab([
      fileStep('one', `tamper: ['echo forged > ~/one', 'mkdir -p ~/elsewhere']`),
      fileStep('two', `tamper: 'test -s ~/one'`),
    ]),
    blocked: testedLab([fileStep('one', `tamper: 'touch ~/one && chmod a-w ~/one'`), fileStep('two')]),
    root: { ...ofRoot, 'lab.yaml': (ofRoot['lab.yaml'] ?? '').replace('user: learner', 'user: root') },
    programs: testedLab([ofPrograms], { machine: `, start: 'chmod a+w /usr/local/bin'` }),
    owner: testedLab([`id: one, check: { ${asLearner} }, solution: 'echo done > ~/one'`]),
  });
  const { code, stdout } = await labsCommand(['test', directory]);
  t.equal(code, 1);
  t.match(stdout, /^forged +one +✔ +✔ +✘ 0 of 5 /m);
  t.match(
    stdout,
    /✘ forged \/ one is not passed by tampering: steps\[0\]\.tamper\[0\] .*\n {2}It is passed without/,
  );
  t.match(stdout, /^forged +two +✔ +✔ +✔ 4 of 4 /m);
  t.match(stdout, /^blocked +one +✔ +✔ +✔ 4 of 4 /m);
  t.match(stdout, /^blocked +two +✔ +✔ +✔ 3 of 3 /m, 'in a separate environment');
  t.match(stdout, /^programs +one +✔ +✔ +✘ 2 of 3 /m, 'the programs that the check calls are replaced');
  t.match(stdout, /^root +one +✔ +✔ +✘ [12] of 3 /m, 'root does it, or writes into the script in time');
  t.match(stdout, /^owner +one +✔ +✔ +✔ 3 of 3 /m, 'the owner of the script cannot rewrite it');
});

await t.test('simultaneous attacks on a trusted check do not hide each other', async (t) => {
  const folder = '/machine/tmp/berth-tampering';
  const [rewrites, engine] = ['rewrite', 'engine'].map((mode) => `test -e ${folder}/ready-${mode}`);
  const step = (name: string, fooledBy: string) => {
    const script = `test -e /machine/home/learner/${name} || { ${fooledBy}; }`;
    const check = `script: '${script}', trusted: { paths: [/home/learner/${name}, /tmp/berth-tampering] }`;
    return `id: ${name}, check: { ${check} }, solution: 'touch ~/${name}'`;
  };
  const directory = await labsFolder(t, {
    named: testedLab([
      step('first', `${rewrites}`),
      step('second', `${engine}`),
      step('both', `${rewrites} && ${engine}`),
      step('hidden', `${engine} && { echo Broken.; exit 1; }; ${rewrites}`),
      step('none', 'false'),
    ]),
  });
  const { code, stdout } = await labsCommand(['test', join(directory, 'named')]);
  t.equal(code, 1);
  const failed = (name: string, how: string, problem: RegExp) =>
    t.match(
      stdout,
      new RegExp(`✘ named / ${name} is not passed by tampering: ${how} .*\\n  ${problem.source}`),
    );
  const passed = /It is passed without its work being done: "/;
  failed('first', 'rewriting its script and score', passed);
  failed('second', 'programs, settings and an engine of the learner', passed);
  t.match(stdout, /^named +second +✔ +✔ +✘ 1 of 3 /m);
  failed('both', 'programs.*', /It is passed without its work being done by all such attacks at once: "/);
  failed('hidden', 'rewriting its script and score', passed);
  t.match(stdout, /^named +none +✔ +✔ +✔ 3 of 3 /m);
});

await t.test('each reason not to trust a lab is reported, and no lab hides another', async (t) => {
  const directory = await labsFolder(t, {
    blind: testedLab([
      "id: one, check: { script: 'echo Always.' }, solution: 'true # done'",
      fileStep('two'),
    ]),
    broken: testedLab([
      `id: one, check: { script: 'exit 1' }, solution: 'echo Oh no. >&2; exit 3', wrong: 'true # done'`,
      fileStep('two', "wrong: 'touch ~/two'"),
    ]),
    idle: testedLab([
      `id: one, checks: [{ file: { path: ~/one } }, { id: home, file: { path: /home/learner } }], solution: 'touch ~/one'`,
    ]),
    partly: testedLab([
      `id: one, pass: 50%, checks: [{ file: { path: ~/one } }, { id: rest, file: { path: ~/rest } }], solution: 'touch ~/one'`,
    ]),
    lenient: testedLab([fileStep('one', "wrong: 'echo wrong > ~/one'")]),
    slow: testedLab([`id: one, check: { script: 'sleep 60', timeout: 1 }, solution: 'true # done'`]),
    unsolved: testedLab([`id: one, check: { script: 'echo Nothing yet.; false' }`]),
    unstarted: testedLab([fileStep('one', "wrong: 'true # done'")], {
      machine: `, start: 'echo No way.; exit 4'`,
    }),
    unentered: testedLab([fileStep('one', "start: 'exit 5'"), fileStep('two')]),
  });
  await writeLab(directory, 'invalid', { 'lab.yaml': 'title: 5\n' });
  const output = await mkdtemp(join(tmpdir(), 'berth-junit-'));
  t.teardown(() => rm(output, { recursive: true, force: true }));
  const file = join(output, 'labs.xml');

  const run = await labsCommand(['test', directory, '--junit', file]);
  t.equal(run.code, 1);
  const reported = (words: RegExp) => t.match(run.stdout, words);
  reported(
    /✘ blind \/ one is not passed before it is done .*\n {2}It is passed before anything was done: "Always\."/,
  );
  reported(
    /✘ broken \/ one is passed after its solution .*\n {2}"steps\[0\]\.solution\[0\]" .* exit code 3.*\n {2}Oh no\./,
  );
  reported(
    /✘ lenient \/ one is not passed in the wrong state .*\n {2}It is passed in this wrong state: "There\."/,
  );
  reported(
    /✘ idle \/ one is not passed before it is done .*\n {2}Its check "home" \("Done\."\) passes before anything was done\./,
  );
  reported(
    /✘ partly \/ one is passed after its solution .*\n {2}Its check "rest" \("~\/rest does not exist\."\) does not pass after the solution/,
  );
  reported(/✘ slow \/ one is not passed before it is done .*\n {2}The check failed to run: .* 1 s/);
  reported(
    /✘ unsolved \/ one .*\n {2}It is not passed after its solution, which it does not have: "Nothing yet\."/,
  );
  reported(/✘ unstarted has working machines .*\n {2}.*exit code 4.*\n {2}No way\./);
  reported(/✘ unentered \/ one is not passed before it is done .*\n {2}.*exit code 5/);
  reported(/✘ invalid is valid .*\n {2}.*lab\.yaml:1: title: must be a text/);
  reported(/^blind +two +✔ +✔ /m);
  reported(/^broken +two +– +– +– 0 of 1 /m);
  reported(/^unstarted +one +– +– +– 0 of 1 /m);
  reported(/^unentered +one +✘ +– /m);
  reported(/^broken +one +✔ +✘ +✔ 1 of 1 /m);

  const xml = await readFile(file, 'utf8');
  t.match(xml, /<testcase classname="blind\.two" name="is passed after its solution" time="[\d.]+"\/>/);
  t.match(
    xml,
    /<testcase classname="lenient\.one" .*><failure message="It is passed in this wrong state: &quot;There/,
  );
  t.match(xml, /<testcase classname="broken\.two" .*><skipped message="An earlier step cannot be done\."\/>/);
});

await t.test('step scripts run as for a learner who goes from step to step', async (t) => {
  const start = `start: [
      'echo root > /opt/first; whoami >> /opt/first',
      { script: 'echo back > /opt/second; sleep 300', background: true },
      { script: 'whoami > ~/typed', foreground: true } ]`;
  const check = (script: string) => `check: { script: '${script}' }`;
  const directory = await labsFolder(t, {
    started: testedLab([
      `id: one, ${start}, ${check('grep -qx here /home/learner/typed')}, solution: 'grep -qx root /opt/first && grep -qx learner ~/typed && until grep -qx back /opt/second; do sleep 0.1; done && echo here >> ~/typed'`,
      `id: read, solution: 'echo read > ~/read'`,
      fileStep('last', `wrong: 'test -e ~/read && grep -q here ~/typed'`),
    ]),
  });
  const run = await labsCommand(['test', join(directory, 'started')]);
  t.equal(run.code, 0, run.stdout);
  t.match(run.stderr, /✔ started \/ read has scripts that run/);
});

await t.test('questions get right and wrong answers, next to other checks and alone', async (t) => {
  const options = 'quiz: { question: Which?, options: [This, { text: That, correct: true }] }';
  const asked = `id: asked, checks: [{ ${options} }, { quiz: { question: Which?, match: pattern, answer: '^l[st] -[a-z]+$' } }]`;
  const mixed = `id: mixed, checks: [{ ${options} }, { file: { path: ~/done, contains: done } }, { command: { run: 'cat ~/done', equals: done }, user: learner }]`;
  const solved = `solution: 'echo done > ~/done', wrong: 'echo undone > ~/done'`;
  const directory = await labsFolder(t, {
    quiz: testedLab([asked, `${mixed}, ${solved}`]),
    lenient: testedLab([`id: one, check: { quiz: { question: Which?, match: pattern, answer: '.' } }`]),
    odd: testedLab([
      `id: one, check: { quiz: { question: Which?, match: pattern, answer: '^\\p{Greek}$' } }`,
    ]),
  });
  const { code, stdout } = await labsCommand(['test', directory]);
  t.equal(code, 1);
  t.match(stdout, /^quiz +asked +✔ +✔ +✔ 2 of 2 /m);
  t.match(stdout, /^quiz +mixed +✔ +✔ +✔ 2 of 2 /m);
  t.match(stdout, /^lenient +one +✘ +✔ +✘ 0 of 1 /m);
  t.match(stdout, /Every answer seems to be correct, such as "I do not know"\./);
  t.match(stdout, /^odd +one +✔ +✘ +✔ 1 of 1 /m);
  t.match(stdout, /No answer to "check" was found that matches its patterns\. Add a plain text to them\./);
});

await t.test('checks of every kind run as in a session', async (t) => {
  const server = await readFile(join(import.meta.dirname, '../../kit/engine/machine-web-server.pl'), 'utf8');
  const trusted = `check: { script: 'grep -qx done /machine/home/learner/done', trusted: { paths: [/home/learner/done] } }`;
  const serve = 'setsid perl ~/server.pl 8080 & until [ -e /tmp/web-8080.ready ]; do sleep 0.1; done';
  const directory = await labsFolder(t, {
    kinds: testedLab(
      [
        `id: trusted, ${trusted}, solution: 'echo done > ~/done', wrong: 'mkdir -p ~/done && echo done > ~/done/done'`,
        `id: http, check: { http: { port: 8080, path: /connection, contains: connection } }, solution: '${serve}', wrong: 'perl -c ~/server.pl'`,
      ],
      { machine: ', files: [{ from: server.pl, to: ~/server.pl }]', 'server.pl': server },
    ),
  });
  const { code, stdout } = await labsCommand(['test', join(directory, 'kinds')]);
  t.equal(code, 0, stdout);
  t.match(stdout, /^kinds +trusted +✔ +✔ +✔ 1 of 1 /m);
  t.match(stdout, /^kinds +http +✔ +✔ +✔ 1 of 1 /m);
});

await t.test('a lab that cannot be tested at all is reported', async (t) => {
  const empty = await labsFolder(t, {});
  const nowhere = await labsCommand(['test', 'no-such-lab'], { BERTH_LABS_DIR: empty });
  t.match(nowhere, { code: 1, stdout: /Could not read .*no-such-lab/ });
  t.match(await labsCommand(['test', empty]), { code: 1, stdout: /has neither a lab\.yaml nor/ });
  const jobs = await labsCommand(['test', '--jobs', 'many']);
  t.match(jobs, { code: 1, stdout: '', stderr: /--jobs must be a number from 1 to 64/ });
});
