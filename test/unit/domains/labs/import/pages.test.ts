import t from 'tap';
import { pageOf } from '../../../../kit/labs/imports.ts';

const markdown = (text: string) => pageOf(text).markdown;

await t.test('code keeps its action in the words of pages', async (t) => {
  const cases: [string, string][] = [
    ['`ls`{{exec}}', '`ls`{{exec}}'],
    ['`ls`{{execute}} and `pwd`{{Execute}}', '`ls`{{exec}} and `pwd`{{exec}}'],
    ['`ls`{{execute T2}}', '`ls`{{exec terminal=2}}'],
    ['`ls`{{exec interrupt}}', '`ls`{{exec interrupt}}'],
    ['`ls`{{execute HOST1 T12 interrupt}}', '`ls`{{exec terminal=12 interrupt}}'],
    ['`ls`{{€xecute}} `ls`{{execute MASTER}}', '`ls`{{exec}} `ls`{{exec}}'],
    ['`ls`{{copy}} `ls`{{}} `ls` {{execute}}', '`ls`{{copy}} `ls` `ls`{{exec}}'],
    ['``echo `date` ``{{exec}}', '``echo `date` ``{{exec}}'],
    ['`ls`{{ name }} and {{ name }}', '`ls`{{ name }} and {{ name }}'],
    ["`docker ps --format '{{json .}}'`{{exec}}", "`docker ps --format '{{json .}}'`{{exec}}"],
    ['`one\ntwo`{{execute}}', '```bash exec\none\ntwo\n```'],
  ];
  for (const [given, page] of cases) t.equal(markdown(given), page, given);
});

await t.test('blocks keep language and code with any indentation', async (t) => {
  const cases: [string, string][] = [
    ['```\nls\n```{{exec}}', '```bash exec\nls\n```'],
    ['```plain\nls\n```{{execute T3 interrupt}} ', '```bash exec terminal=3 interrupt\nls\n```'],
    ['```yaml\na: {{ b }}\n```{{copy}}', '```yaml copy\na: {{ b }}\n```'],
    ['```\na\n```{{copy}}', '```text copy\na\n```'],
    ['```json{1,2-3}\n{}\n```', '```json\n{}\n```'],
    ['```shell script\nls\n```{{execute}}}', '```sh exec\nls\n```'],
    ['    ```\n    ls\n      -l\n    ```{{exec}}', '```bash exec\n   ls\n     -l\n   ```'],
    ['~~~\nls\n~~~{{exec}}', '```bash exec\nls\n```'],
    [
      '2. ```\n   ls\n     -l\n   ```{{exec}}\n\n3. `pwd`{{exec}}',
      '2. ```bash exec\n   ls\n     -l\n   ```\n\n3. `pwd`{{exec}}',
    ],
    ['````\n```\nin\n```\n````', '````\n```\nin\n```\n````'],
    [
      '```curl -X PUT \\\n  http://localhost```{{execute}}',
      '```bash exec\ncurl -X PUT \\\n  http://localhost\n```',
    ],
    ['```\nopen', '```\nopen\n```'],
  ];
  for (const [given, page] of cases) t.equal(markdown(given), page, given);
  t.same(pageOf('a\n\n```\nls\n```{{emacs}}').warnings, [
    '3: "{{emacs}}" after a code block is not an action and is left out',
  ]);
});

await t.test('copies or shows code that a click cannot run, with a warning', async (t) => {
  const { markdown, warnings } = pageOf(
    '`^C`{{execute ctrl-seq}}\n`q`{{execute no-newline}}\n`w`{{execute HOST2}}',
  );
  t.equal(markdown, '`^C`\n`q`{{copy}}\n`w`{{copy}}');
  t.match(warnings, [/^1: .* press them/, /^2: .* copied/, /^3: there is no machine 2; .* HOST2 is copied/]);
  const two = pageOf('`w`{{execute HOST2}} `a`{{execute HOST1 T2}} `b`{{execute}}', {
    hosts: ['host01', 'db'],
  });
  t.equal(two.markdown, '`w`{{exec machine=db}} `a`{{exec terminal=2 machine=host01}} `b`{{exec}}');
  t.same(two.warnings, []);
});

await t.test('collects commands with their lines', async (t) => {
  const { commands } = pageOf('first\n`ls`{{exec}}\n\n```\na\nb\n```{{exec}}\n`not` `this`{{copy}}');
  t.match(commands, [
    { code: 'ls', line: 2, terminal: undefined, interrupt: false },
    { code: 'a\nb', line: 4 },
  ]);
  t.equal(commands.length, 2);
});

await t.test('addresses of machines lead to their ports', async (t) => {
  const katacoda = 'https://[[HOST_SUBDOMAIN]]-8080-[[KATACODA_HOST]].environments.katacoda.com';
  const cases: [string, string][] = [
    ['[a]({{TRAFFIC_HOST1_80}})', '[a](berth:port/80)'],
    ['[a]({{TRAFFIC_HOST1_80}}/b?c=d)', '[a](berth:port/80/b?c=d)'],
    ['see {{TRAFFIC_HOST1_80/a/b.html}}', 'see [host01:80/a/b.html](berth:port/80/a/b.html)'],
    [
      `[x]({{TRAFFIC_HOST1_80}}) ${katacoda} [y]( {{TRAFFIC_HOST1_81}} )`,
      '[x](berth:port/80) [host01:8080](berth:port/8080) [y]( berth:port/81 )',
    ],
    ['{{TRAFFIC_HOST2_81}}', '[db:81](berth:port/db/81)'],
    ['[a]({{TRAFFIC_SELECTOR}})', 'a'],
    [`[a](${katacoda}/b)`, '[a](berth:port/8080/b)'],
    [
      `see ${katacoda}/a, or ${katacoda}?b.`,
      'see [host01:8080/a](berth:port/8080/a), or [host01:8080?b](berth:port/8080?b).',
    ],
    [`see ${katacoda}/ now`, 'see [host01:8080/](berth:port/8080/) now'],
    [`\`${katacoda}\`{{execute}}`, '[host01:8080](berth:port/8080)'],
    [`\`curl -s ${katacoda}/b\`{{execute}}`, '`curl -s http://host01:8080/b`{{exec}}'],
    [
      'https://[[HOST2_SUBDOMAIN]]-81-[[KATACODA_HOST]].[[KATACODA_DOMAIN]]/x',
      '[db:81/x](berth:port/db/81/x)',
    ],
    [
      'https://[[CLIENT_SUBDOMAIN]]-82-[[KATACODA_HOST]].environments.katacoda.com',
      '[host01:82](berth:port/82)',
    ],
    ['`ping [[HOST_IP]] [[HOST2_IP]]`{{execute}}', '`ping host01 db`{{exec}}'],
  ];
  for (const [given, page] of cases)
    t.equal(pageOf(given, { hosts: ['host01', 'db'] }).markdown, page, given);
  t.same(pageOf('{{TRAFFIC_HOST2_81}}', { hosts: ['host01', 'db'] }).ports, [{ host: 'db', port: 81 }]);
  const alone = pageOf('{{TRAFFIC_HOST2_81}}');
  t.same([alone.markdown, alone.ports], ['{{TRAFFIC_HOST2_81}}', []]);
  t.match(alone.warnings, [/there is no machine 2/]);
});

await t.test('blocks for the editor name file, mode and marker', async (t) => {
  const pre = (attributes: string, code = 'x') => markdown(`<pre class="file" ${attributes}>${code}</pre>`);
  t.equal(
    pre('data-filename="a.js" data-target="replace"', '\na &lt; b;\n  c\n'),
    '```text file=/root/a.js mode=replace\na < b;\n  c\n```',
  );
  t.equal(pre('data-filename="/etc/a"'), '```text file=/etc/a mode=replace\nx\n```');
  t.equal(
    pre("data-target='append' data-filename='~/my file'"),
    '```text file="/root/my file" mode=append\nx\n```',
  );
  t.equal(
    pre('data-filename="../a" data-target="insert" data-marker="# &quot;here&quot;"'),
    '```text file=/a mode=insert marker=\'# "here"\'\nx\n```',
  );
  t.equal(pre('data-target="clipboard"'), '```text copy\nx\n```');
  t.equal(pre(''), '```\nx\n```');
  t.equal(markdown('<pre>ls</pre>{{execute}}'), '```bash exec\nls\n```');
  const prepended = pageOf('<pre class="file" data-filename="a" data-target="prepend">x</pre>');
  t.equal(prepended.markdown, '```text copy\nx\n```');
  t.match(prepended.warnings, [/"prepend"/]);
  t.equal(markdown('`a b.js`{{open}}'), '[a b.js](berth:file/root/a%20b.js)');
  t.equal(markdown('`a (1)#2.js`{{open}}'), '[a (1)#2.js](berth:file/root/a%20%281%29%232.js)');
  const both = pageOf(`<pre data-filename="a" data-target="insert" data-marker="'&quot;">x</pre>`);
  t.equal(both.markdown, '```text copy\nx\n```');
  t.match(both.warnings, [/both kinds of quotes/]);
  t.equal(markdown('before <pre>in</pre> after'), 'before\n\n```\nin\n```\n\nafter');
});

await t.test('HTML becomes Markdown, and words in angle brackets stay', async (t) => {
  const cases: [string, string][] = [
    ['<b>bold</b> <i>leaning</i> <kbd>Ctrl</kbd>', '**bold** *leaning* `Ctrl`'],
    ['one<br>two', 'one  \ntwo'],
    ['<br>\n\none', 'one'],
    ['| a<br>b | c |', '| a b | c |'],
    ['<h2 id="x">Head</h2>', '## Head'],
    ['<a href="https://example.org" target="_blank">there</a>', '[there](https://example.org)'],
    ['<ul><li>one</li><li>two</li></ul>', '- one\n- two'],
    ['<p align="center"><span>words</span></p>', 'words'],
    ['a <!-- hidden\nthing --> b', 'a  b'],
    ['git clone <your-name> <b>`x`</b>', 'git clone <your-name> `x`'],
    ['`<br>` stays', '`<br>` stays'],
    ['<iframe src="https://example.org/v"></iframe>', '<https://example.org/v>'],
  ];
  for (const [given, page] of cases) t.equal(markdown(given), page, given);
});

await t.test('folded parts are extracted or expanded', async (t) => {
  const text =
    'a\n\n<details><summary>A <b>tip</b></summary>\n\n```\nls </details>\n```{{exec}}\n\n</details>\n\nb';
  const block = '```bash exec\nls </details>\n```';
  t.match(pageOf(text), { markdown: 'a\n\nb', folded: [`**A tip**\n\n${block}`] });
  t.match(pageOf(text, {}, 'open'), { markdown: `a\n\n**A tip**\n\n${block}\n\nb`, folded: [] });
  const nested =
    '<details><summary>Outer</summary>one<details><summary>Inner</summary>two</details>three</details>';
  t.match(pageOf(nested, {}, 'open'), {
    markdown: '**Outer**\n\none\n\n**Inner**\n\ntwo\n\nthree',
    folded: [],
  });
  t.match(pageOf(`a${nested}`), { markdown: 'a', folded: ['**Outer**\n\none\n\n**Inner**\n\ntwo\n\nthree'] });
  t.match(pageOf('<details>never closed'), { markdown: 'never closed', folded: [] });
  t.match(pageOf('<details>no heading</details> <details></details>'), { folded: ['no heading'] });
});

await t.test('extracts questions with their answers', async (t) => {
  const { questions, markdown, warnings } = pageOf(
    '>>Q1: One?<<\n=== a\n>>Two `x`?<<\n=~= b\n\n>>Q3) Three?<<\n[*] c\n[ ] d\n\n>>Four?<<\n(*) e\n( ) f\n>>Five?<<\n( ) g\n',
  );
  t.same(questions, [
    { question: 'One?', answer: { kind: 'text', match: 'exact', answers: ['a'] } },
    { question: 'Two `x`?', answer: { kind: 'text', match: 'contains', answers: ['b'] } },
    {
      question: 'Three?',
      answer: {
        kind: 'choice',
        multiple: true,
        options: [
          { text: 'c', correct: true },
          { text: 'd', correct: false },
        ],
      },
    },
    {
      question: 'Four?',
      answer: {
        kind: 'choice',
        multiple: false,
        options: [
          { text: 'e', correct: true },
          { text: 'f', correct: false },
        ],
      },
    },
  ]);
  t.equal(markdown, '**Five?**\n( ) g');
  t.match(warnings, [/"Five\?" has no answer/]);
});

await t.test('embeds local pictures and links others', async (t) => {
  const { markdown, warnings } = pageOf(
    '![a](here.png "title") ![b](gone.png)\n<img src="here.png" alt="c" width="5"> ![d](https://example.org/d.png)',
    {
      picture: (address) =>
        address === 'here.png' ? { address: 'data:image/png;base64,AA' } : { problem: 'why' },
    },
  );
  t.equal(
    markdown,
    '![a](data:image/png;base64,AA) b\n![c](data:image/png;base64,AA) ![d](https://example.org/d.png)',
  );
  t.match(warnings, [
    /^1: the picture "gone.png" is left out because why/,
    /^undefined: pictures from other sites become links/,
  ]);
});
