import { Readable } from 'node:stream';
import t from 'tap';
import { CommandError, readLines, runCommand } from '../../../setup/command.mjs';

await t.test('a command reports its lines from both streams, without empty ones', async (t) => {
  const lines: string[] = [];
  await runCommand('sh', ['-c', 'printf "a\\n\\nb\\rc" ; sleep 0.1; echo d >&2'], {
    onLine: (line) => lines.push(line),
  });
  t.strictSame(lines.toSorted(), ['a', 'b', 'c', 'd']);
});

await t.test('a failure includes the first and last lines of output', async (t) => {
  const failing = runCommand('sh', ['-c', 'seq 1 1000; exit 3'], { tailLines: 2 });
  const error = await failing.catch((reason: unknown) => reason);
  t.ok(error instanceof CommandError);
  const { message, output } = error as CommandError;
  t.match(message, 'exit code 3');
  t.ok(output.startsWith('1\n2\n3\n'));
  t.ok(output.endsWith('\n… 986 more lines …\n999\n1000'));
});

await t.test('a missing command is a failure, and so is one that times out', async (t) => {
  await t.rejects(runCommand('/no/such/program', []), { name: 'CommandError', message: /ENOENT/ });
  await t.rejects(runCommand('sleep', ['60'], { timeoutMs: 100 }), { message: /SIGTERM/ });
});

await t.test('an endless line stays bounded', async (t) => {
  const lines: string[] = [];
  const stream = Readable.from(Array.from({ length: 100 }, () => 'x'.repeat(1000)));
  const end = readLines(stream, (line) => lines.push(line));
  await new Promise((resolve) => stream.once('end', resolve));
  end();
  t.equal(lines.length, 1);
  t.ok((lines[0]?.length ?? 0) <= 4_000);
});
