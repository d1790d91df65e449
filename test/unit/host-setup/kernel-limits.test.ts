import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { KERNEL_LIMITS, raiseKernelLimits, readKernelLimits } from '../../../src/host-setup/kernel-limits.ts';

/** A folder like /proc/sys with some limits, and the path of the file for later boots. */
async function host(t: Test, values: Record<string, number>) {
  const folder = t.testdir({});
  const live = join(folder, 'sys');
  for (const [name, value] of Object.entries(values)) {
    const path = join(live, ...name.split('.'));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${value}\n`);
  }
  return { live, file: join(folder, 'sysctl.d', '60-berth.conf') };
}

async function valuesOf(live: string): Promise<Record<string, number>> {
  return Object.fromEntries((await readKernelLimits(live)).map(({ name, value }) => [name, value]));
}

await t.test('low limits are raised, now and for later boots, and none is lowered', async (t) => {
  const options = await host(t, {
    'fs.inotify.max_user_instances': 128,
    'fs.pipe-user-pages-soft': 0,
    'kernel.pid_max': 32_768,
    'kernel.keys.maxkeys': 1_000_000,
  });
  await raiseKernelLimits(options);
  t.strictSame(await valuesOf(options.live), {
    'fs.inotify.max_user_instances': 262_144_000,
    'fs.pipe-user-pages-soft': 0,
    'kernel.pid_max': 4_194_304,
    'kernel.keys.maxkeys': 1_000_000,
  });
  t.equal(
    await readFile(options.file, 'utf8'),
    `# Berth: limits that all machines share. They are so high that one machine cannot use them up.
fs.inotify.max_user_instances = 262144000
fs.pipe-user-pages-soft = 0
kernel.pid_max = 4194304
kernel.keys.maxkeys = 1000000
`,
  );
});

await t.test('if all are high enough, nothing is written', async (t) => {
  const values = Object.fromEntries(KERNEL_LIMITS.map(({ name, wanted }) => [name, wanted]));
  const options = await host(t, values);
  await raiseKernelLimits(options);
  t.strictSame(await valuesOf(options.live), values);
  await t.rejects(stat(options.file), { code: 'ENOENT' });
});

await t.test('on a system without these limits, nothing is raised', async (t) => {
  const options = await host(t, {});
  await raiseKernelLimits(options);
  t.strictSame(await readKernelLimits(options.live), []);
  await t.rejects(stat(options.file), { code: 'ENOENT' });
});

await t.test("no limit exceeds the kernel's maximum", async (t) => {
  for (const { name, wanted, perMachine } of KERNEL_LIMITS) {
    t.ok(Number.isInteger(wanted) && wanted < 2 ** 31, name);
    t.ok(wanted >= 256 * perMachine, `${name}: for at least 256 machines`);
  }
});

await t.test('the admin documentation has each limit with its value', async (t) => {
  const text = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  for (const { name, wanted } of KERNEL_LIMITS)
    t.ok(
      rows.some((row) => row.includes(`\`${name}\``) && row.includes(String(wanted))),
      name,
    );
});
