import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { localUrl } from '../core/service-url.ts';

/** Maximum wait for the response, in milliseconds: container health checks allow five seconds. */
const ANSWER_LIMIT_MS = 4_000;

/** `berth health`: exits with code 0 if the service with these settings is alive. */
export const healthCommand = defineCommand({
  meta: { name: 'health', description: 'Check whether the service on this host is alive.' },
  async run() {
    const { host, port } = readConfig(process.env);
    const address = `${localUrl(host, port)}/healthz`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).catch(
      (error: unknown) => error as Error,
    );
    if (answer instanceof Response && answer.ok) {
      process.stdout.write(`alive at ${address}\n`);
      return;
    }
    const problem = answer instanceof Response ? `answered ${answer.status}` : answer.message;
    process.stderr.write(`${address}: ${problem}\n`);
    process.exitCode = 1;
  },
});
