import { test } from 'tap';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';

await test('shells on the real engine', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId } = server;
  const shell = (options?: Parameters<typeof server.shell>[2]) => server.shell(owner, sessionId, options);

  await t.test(
    'the size is right at the first prompt, in the home directory, with colours and UTF-8',
    async (t) => {
      const client = await shell({ rows: 31, cols: 97 });
      t.match(await client.expectControl('hello'), { rows: 31, cols: 97, offset: 0 });
      client.send('stty size; pwd; echo $TERM $LANG; id -un\r');
      await client.expect(/31 97\n\/home\/learner\nxterm-256color C.UTF-8\nlearner\n/);
      client.resize(50, 132);
      client.send('sleep 0.2; stty size\r');
      await client.expect(/\n50 132\n/);
      await client.end();
    },
  );

  await t.test('^P brings the last command at once, and ^C ends the running program', async (t) => {
    const client = await shell();
    client.send('echo in-the-history\r');
    await client.expect('\nin-the-history\n');
    client.forget();
    client.send('\x10');
    await client.expect('echo in-the-history');
    // The terminal discards input while it handles ^C, so each waits for the next prompt.
    client.forget();
    client.send('\x03');
    await client.expect('$ ');
    client.forget();
    client.send('sleep 300\r');
    await client.expect('sleep 300\n');
    client.forget();
    client.send('\x03');
    await client.expect(/\^C[^]*\$ /);
    client.send('echo code-$?\r');
    await client.expect('code-130');
    await client.end();
    t.pass();
  });

  await t.test('all bytes from 0 to 255 pass to and from the shell unchanged', async (t) => {
    const client = await shell();
    client.send("stty raw -echo; printf 're''ady'; head -c 256 | od -An -v -tu1 -w256; stty sane\r");
    await client.expect('ready');
    client.forget();
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    client.send(all);
    await client.expect(/ 255\s/);
    t.same(client.text.trim().split(/\s+/).slice(0, 256).map(Number), [...all]);

    client.forget();
    client.send(
      "stty raw; printf 'be''gin'; printf '%b' \"$(printf '\\\\0%03o' $(seq 0 255))\"; printf 'e''nd'; stty sane\r",
    );
    await client.expect(/begin[^]*end/);
    const bytes = client.bytes;
    const from = bytes.indexOf('begin') + 'begin'.length;
    t.same(bytes.subarray(from, from + 256), all);
    await client.end();
  });

  await t.test('a character split over frames is complete for the shell', async (t) => {
    const client = await shell();
    const bytes = Buffer.from('echo 한국어 ✓ | wc -m\r');
    for (const byte of bytes) client.send(Buffer.of(byte));
    await client.expect(/\n6\n/);
    await client.end();
    t.pass();
  });

  await t.test('the exit code arrives, and the socket closes with 1000', async (t) => {
    const client = await shell();
    client.controls.length = 0;
    client.send('exit 7\r');
    t.same(await client.expectClosed(), { code: 1000, reason: 'exited' });
    t.same(client.controls, [{ type: 'exit', code: 7 }]);
    t.match(await server.stored(client.id), { exitCode: 7, endedAt: Date });
    t.equal(await server.terminals.close(owner, client.id), false, 'closing an ended one succeeds');
  });

  await t.test('several terminals of one session are separate shells, in several machines', async (t) => {
    const clients = await Promise.all([shell(), shell(), shell({ machine: 'other' })]);
    const ids = await server.terminals.list(owner, sessionId);
    t.same(ids.map(({ id }) => id).sort(), clients.map(({ id }) => id).sort());
    t.same(ids.map(({ machine }) => machine).sort(), ['main', 'main', 'other']);
    for (const [place, client] of clients.entries()) client.send(`NUMBER=${place}\r`);
    for (const [place, client] of clients.entries()) {
      client.send('echo number-$NUMBER on $(hostname)\r');
      await client.expect(new RegExp(`\nnumber-${place} on ${place === 2 ? 'other' : 'main'}\n`));
    }
    await Promise.all(clients.map((client) => client.end()));
  });

  await t.test(
    'closing a terminal leaves no process, including background children and a shell that ignores signals',
    async (t) => {
      const plain = await shell();
      const busy = await shell();
      const deaf = await shell();
      busy.send('sleep 1111 & (sleep 1112 & sleep 1113) & sleep 1114 | cat &\r');
      busy.send('yes > /dev/null &\r');
      deaf.send("trap '' HUP TERM; sleep 1115 &\r");
      await server.processes();
      for (let sleeps = 0; sleeps < 5;) {
        sleeps = (await server.processes()).filter((line) => /^sleep 111\d/.test(line)).length;
      }
      busy.socket.terminate();
      await Promise.all([plain, busy, deaf].map(({ id }) => server.terminals.close(owner, id)));
      const deadline = Date.now() + 15_000;
      let left: unknown[] = ['?'];
      while (left.length > 0 && Date.now() < deadline) {
        left = [...(await server.processes()), ...(await server.terminals.list(owner, sessionId))];
      }
      t.same(left, []);
    },
  );

  await t.test('a terminal closed by its owner ends for its viewer', async (t) => {
    const client = await shell();
    client.send('sleep 1200\r');
    t.equal(await server.terminals.close(owner, client.id), true);
    t.equal((await client.expectClosed()).code, 1000);
    t.equal(client.controls.at(-1)?.type, 'exit');
    t.same(await server.processes(), []);
  });

  await t.test('a terminal closed while its viewer stalls still ends', async (t) => {
    const client = await shell({ acknowledge: false });
    client.acknowledge();
    client.send('yes\r');
    await client.expect('y\ny\n');
    t.equal(await server.terminals.close(owner, client.id), true);
    t.equal((await client.expectClosed()).code, 1000);
  });

  await t.test('a flood with a stalled viewer leaves memory flat, and ^C ends it', async (t) => {
    const client = await shell({ acknowledge: false });
    client.acknowledge();
    client.socket.pause();
    client.send('yes 0123456789abcdef0123456789abcdef\r');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = process.memoryUsage().rss;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
    t.ok(grown < 50, `${grown.toFixed(1)} MB more after 3 s in which the engine could have sent 100`);
    client.send('\x03');
    client.socket.resume();
    const taking = setInterval(() => client.acknowledge(), 5);
    await client.expect(/\^C[^]*\$ /);
    client.send('echo still-here\r');
    await client.expect('\nstill-here');
    clearInterval(taking);
    await client.end();
  });

  await t.test('a long output is complete, and so is a long input', async (t) => {
    const client = await shell();
    client.send('stty -echo -onlcr; seq 1 400000 | cksum; seq 1 400000; stty echo onlcr\r');
    const text = await client.expect(/400000\n/, 60_000);
    t.match(text, /\n399999\n400000\n/);
    client.forget();
    client.send('stty raw -echo; printf re; printf ady; head -c 3000000 | cksum; stty sane\r');
    await client.expect('ready');
    const line = Buffer.alloc(60_000, 'x');
    for (let frame = 0; frame < 50; frame++) client.send(line);
    await client.expect(/\d+ 3000000/, 60_000);
    await client.end();
  });

  await t.test('a frame of 100 MB closes the socket and nothing else', async (t) => {
    const [client, neighbour] = await Promise.all([shell(), shell()]);
    client.raw(Buffer.alloc(100 * 1024 * 1024));
    t.equal((await client.expectClosed()).code, 1009);
    neighbour.send('echo still-$((40+2))\r');
    await neighbour.expect('still-42');
    await neighbour.end();
  });
});

await test('a missing shell is reported as such', async (t) => {
  const server = await serveTerminals(t, { machine: { shell: ['/bin/fish', '-l'] } });
  const opened = await server.open(server.owner, server.sessionId, {});
  const client = TerminalClient.connect(opened);
  t.match(await client.expectControl('error'), { code: 'SHELL_NOT_STARTED', message: /fish/ });
  t.same(await client.expectClosed(), { code: 4502, reason: 'SHELL_NOT_STARTED' });
  t.match(await server.stored(opened.id), { endedAt: Date });
  t.same(await server.terminals.list(server.owner, server.sessionId), []);
});

await test('when the service stops, viewers are asked to reconnect, and streamed shells end', async (t) => {
  const server = await serveTerminals(t, { usesAgents: false });
  const clients = await Promise.all([1, 2, 3].map(() => server.shell(server.owner, server.sessionId)));
  for (const client of clients) client.send('sleep 1300\r');
  await server.app.close();
  await server.terminals.shutdown();
  for (const client of clients) t.same(await client.expectClosed(), { code: 1012, reason: 'SHUTTING_DOWN' });
  t.same(await server.processes(), []);
  t.same(await server.terminals.list(server.owner, server.sessionId), []);
  await t.rejects(server.terminals.attach('x', { ticket: 'y', from: undefined, client: undefined }), {
    code: 'SHUTTING_DOWN',
  });
});

await test('when the session stops, its terminals end', async (t) => {
  const server = await serveTerminals(t);
  const client = await server.shell(server.owner, server.sessionId);
  const late = await server.open(server.owner, server.sessionId, {});
  await server.sessions.stop(server.owner, server.sessionId);
  t.equal((await client.expectClosed()).code, 1000);
  const refused = TerminalClient.connect(late);
  t.match(await refused.expectControl('error'), { code: 'SESSION_NOT_READY' });
  t.equal((await refused.expectClosed()).code, 4409);
});
