import { test } from 'tap';
import { labIn, labsFolder, problemsIn } from '../../../kit/labs/lab-folders.ts';
import { join } from 'node:path';

const withPorts = (ports: string) => ({
  'lab.yaml': `title: Ports\nmachines: [{ name: main, image: berth/lab-linux${ports} }]\n`,
});

await test('a machine says which ports are opened in the browser', async (t) => {
  const folder = await labsFolder(t, {
    none: withPorts(''),
    some: withPorts(', ports: [{ port: 8080, name: " Your web site " }, 3000]'),
  });
  t.same((await labIn(join(folder, 'none'))).machines[0]?.ports, []);
  t.same((await labIn(join(folder, 'some'))).machines[0]?.ports, [
    { port: 8080, name: { en: 'Your web site' } },
    { port: 3000, name: { en: 'Port 3000' } },
  ]);
});

await test('reports an invalid port at its key', async (t) => {
  for (const [ports, problem] of [
    ['[0]', /machines\[0\]\.ports\[0\]/],
    ['["8080"]', /machines\[0\]\.ports\[0\]/],
    ['[{ port: 70000, name: x }]', /machines\[0\]\.ports\[0\]/],
    ['[{ port: 80 }]', /machines\[0\]\.ports\[0\]/],
    ['[80, { port: 80, name: twice }]', /must list each port only once/],
    ['8080', /machines\[0\]\.ports/],
  ] as const) {
    const folder = await labsFolder(t, { x: withPorts(`, ports: ${ports}`) });
    const problems = await problemsIn(join(folder, 'x'));
    t.match(problems, [problem], `${ports}: ${problems.join(' ')}`);
    t.equal(problems.length, 1, ports);
  }
});
