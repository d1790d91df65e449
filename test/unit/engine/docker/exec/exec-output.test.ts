import { test } from 'tap';
import { createDemultiplexer, createExecOutput } from '../../../../../src/engine/docker/exec/exec-output.ts';

const announcement = '\u000126 S 0 26 26 0 -1 4194560 943 0 0 0 1 1 0 0 20 0 1 0 77 1 1\n';

function frame(type: 1 | 2, text: string): Buffer {
  const header = Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

await test('frames are separated, however they are split', (t) => {
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, ''), frame(2, 'error'), frame(1, 'put')]);
  for (let size = 1; size <= bytes.length; size += 1) {
    const got = { stdout: '', stderr: '' };
    const demultiplex = createDemultiplexer((channel, payload) => {
      got[channel] += payload.toString();
    });
    for (let at = 0; at < bytes.length; at += size) demultiplex(bytes.subarray(at, at + size));
    t.same(got, { stdout: 'output', stderr: 'error' });
  }
  t.end();
});

await test('output is kept up to the limit, and the first byte beyond it is reported', (t) => {
  const events: string[] = [];
  const on = { started: () => events.push('started'), limit: () => events.push('limit') };
  const output = createExecOutput(6, on);
  output.add(frame(1, `${announcement}abc`));
  output.add(frame(2, 'def'));
  t.same(events, ['started']);
  output.add(frame(1, 'g'));
  t.same(events, ['started', 'limit']);
  t.same([output.take('stdout').toString(), output.take('stderr').toString()], ['abc', 'def']);
  t.same(output.leader, { pid: 26, startTime: '77' });
  t.end();
});

await test('a command that did not start has a reason and no output', (t) => {
  const output = createExecOutput(100, { started: () => t.fail(), limit: () => t.fail() });
  output.add(frame(1, 'OCI runtime exec failed\r\n'));
  output.add(frame(1, 'and more'));
  t.equal(output.failure, 'OCI runtime exec failed');
  t.equal(output.leader, undefined);
  t.equal(output.take('stdout').length, 0);
  t.end();
});
