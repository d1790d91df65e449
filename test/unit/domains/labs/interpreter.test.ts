import t from 'tap';
import { interpreterOf } from '../../../../src/domains/labs/machine-shell.ts';

const interpreters: [firstLine: string, expected: string[]][] = [
  ['', ['/bin/sh']],
  ['true', ['/bin/sh']],
  ['# a comment', ['/bin/sh']],
  ['#!', ['/bin/sh']],
  ['#!/bin/bash', ['/bin/bash']],
  ['#! /bin/bash -eu ', ['/bin/bash', '-eu']],
  ['#!/usr/bin/awk -f', ['/usr/bin/awk', '-f']],
  ['#!/usr/bin/env python3', ['python3']],
  ['#!/usr/bin/env -S bash -eu', ['/usr/bin/env', '-S bash -eu']],
  ['#!/usr/bin/env A=1 bash', ['/usr/bin/env', 'A=1 bash']],
];

for (const [firstLine, expected] of interpreters) {
  await t.test(`the interpreter of "${firstLine}" is ${expected.join(' ')}`, async (t) => {
    t.same(interpreterOf(`${firstLine}\necho hello\n`), expected);
    t.same(interpreterOf(firstLine), expected);
  });
}

await t.test('a second line does not choose the interpreter', async (t) => {
  t.same(interpreterOf('true\n#!/bin/bash\n'), ['/bin/sh']);
});
