import { test } from 'tap';
import { listedName, parseImageName } from '../../../src/engine/image-name.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

await test('a name is parsed as engines do', (t) => {
  const table: [text: string, registry: string, path: string, tag: string | undefined, listed: string][] = [
    ['debian', 'docker.io', 'library/debian', 'latest', 'debian:latest'],
    ['docker.io/library/debian:trixie', 'docker.io', 'library/debian', 'trixie', 'debian:trixie'],
    ['index.docker.io/ada/tools', 'docker.io', 'ada/tools', 'latest', 'ada/tools:latest'],
    ['berth/lab-linux', 'docker.io', 'berth/lab-linux', 'latest', 'berth/lab-linux:latest'],
    ['127.0.0.1:5000/a/b:1', '127.0.0.1:5000', 'a/b', '1', '127.0.0.1:5000/a/b:1'],
    ['localhost/tools', 'localhost', 'tools', 'latest', 'localhost/tools:latest'],
    ['registry.example.org/x', 'registry.example.org', 'x', 'latest', 'registry.example.org/x:latest'],
    [`tools@${DIGEST}`, 'docker.io', 'library/tools', undefined, `tools@${DIGEST}`],
    [`r.example/tools:1@${DIGEST}`, 'r.example', 'tools', '1', `r.example/tools@${DIGEST}`],
  ];
  for (const [text, registry, path, tag, listed] of table) {
    t.match(parseImageName(text), { registry, path, tag }, text);
    t.equal(listedName(text), listed);
  }
  t.end();
});

await test('an invalid name is refused', (t) => {
  for (const text of [
    '',
    'Debian',
    'a b',
    'a:',
    'a//b',
    '/a',
    'a/',
    '-a',
    'a:1:2',
    'a@sha256:12',
    '../a',
    'http://example.org/a',
    `${'a/'.repeat(400)}a`,
    `sha256:${'a1'.repeat(32)}:x`,
  ]) {
    t.equal(parseImageName(text), undefined, text);
    t.equal(listedName(text), text);
  }
  t.end();
});
