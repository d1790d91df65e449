import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { BERTH } from '../../kit/service/berth-command.ts';
import { until } from '../../kit/basics/until.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const exposed = {
  BERTH_PUBLIC_URL: 'http://berth.example.org',
  BERTH_PREVIEW_DOMAIN: 'preview.example.org',
};
const WARNING =
  /cookies of sign-ins at http:\/\/berth\.example\.org and of previews below preview\.example\.org/;

/** The output of `berth doctor`. Other missing things do not matter. */
async function doctor(settings: Record<string, string>): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...settings } };
  const args = [...BERTH, 'doctor'];
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch(
    (error: Error & { stdout: string }) => error,
  );
  return stdout;
}

await t.test('an unencrypted address is reported at the start and by `berth doctor`', async (t) => {
  const berth = await startBerth(t, exposed);
  const warned = () =>
    berth
      .output()
      .split('\n')
      .find((line) => WARNING.test(line));
  await until(() => warned() !== undefined);
  t.match(JSON.parse(warned() ?? ''), { level: 40, msg: /BERTH_PUBLIC_URL to its https/ });
  await berth.stop();
  t.match(await doctor({ ...exposed, BERTH_DATA_DIR: berth.dataDir }), WARNING);

  const safe = { ...exposed, BERTH_PUBLIC_URL: 'https://berth.example.org' };
  t.notMatch(await doctor({ ...safe, BERTH_DATA_DIR: berth.dataDir }), /can be read/);
  const encrypted = await startBerth(t, safe);
  await encrypted.stop();
  t.notMatch(encrypted.output(), /can be read/);
});

await t.test('the start prints the address that people use, and the local one if it differs', async (t) => {
  const behindProxy = await startBerth(t, { BERTH_PUBLIC_URL: 'https://berth.example.org/' });
  await behindProxy.stop();
  const [, printed = ''] = behindProxy.output().split('Berth is ready at ');
  const local = `It listens at ${behindProxy.url}`;
  t.match(behindProxy.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  t.ok(printed.startsWith(`https://berth.example.org\n${local}\n`), printed);
  t.match(printed, 'within the hour: https://berth.example.org/sign-in/berthlink_');

  const plain = await startBerth(t, {});
  await plain.stop();
  t.match(plain.output(), `Berth is ready at ${plain.url}\nSign in as admin`);
  t.notMatch(plain.output(), 'It listens at');
});
