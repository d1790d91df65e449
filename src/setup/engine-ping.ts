import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';

/** The usual socket of Docker and of Podman's Docker service. */
export const DEFAULT_ENGINE = 'unix:///var/run/docker.sock';
/** An engine answers a ping in milliseconds; one that does not in this time is not usable. */
const PING_TIMEOUT_MS = 3_000;

/** The engine's address by Docker's own settings. */
export function engineAddress(env: NodeJS.ProcessEnv): string {
  return env['DOCKER_HOST'] || DEFAULT_ENGINE;
}

export type PingResult =
  | { readonly state: 'up'; readonly apiVersion: string }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'down'; readonly reason: string };

/**
 * Asks the engine at `address` (unix://, tcp:// or http://) for a sign of life. `refused` means
 * that it is there but this user may not talk to it. Honours DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.
 */
export function pingEngine(address: string, env: NodeJS.ProcessEnv): Promise<PingResult> {
  return new Promise((resolve) => {
    const down = (error: NodeJS.ErrnoException) => {
      const reason = error.message || error.code || 'no answer';
      resolve({ state: error.code === 'EACCES' ? 'refused' : 'down', reason });
    };
    try {
      const request = openRequest(address, env);
      request.setTimeout(PING_TIMEOUT_MS, () => request.destroy(new Error('no answer in time')));
      request.once('error', down);
      request.once('response', (response) => {
        response.resume();
        if (response.statusCode === 200) {
          resolve({ state: 'up', apiVersion: String(response.headers['api-version'] ?? '') });
        } else {
          resolve({ state: 'down', reason: `it answered with status ${response.statusCode}` });
        }
      });
      request.end();
    } catch (error) {
      down(error as Error);
    }
  });
}

function openRequest(address: string, env: NodeJS.ProcessEnv) {
  const url = new URL(address);
  if (url.protocol === 'unix:') {
    return requestHttp({ socketPath: url.pathname, path: '/_ping', agent: false });
  }
  const target = { host: url.hostname, port: url.port || undefined, path: '/_ping', agent: false };
  const tls = Boolean(env['DOCKER_TLS_VERIFY']) || url.protocol === 'https:';
  if (!tls && !['tcp:', 'http:'].includes(url.protocol)) {
    throw new Error(`addresses that begin with ${url.protocol}// are not supported`);
  }
  if (!tls) return requestHttp(target);
  const folder = env['DOCKER_CERT_PATH'];
  const file = (name: string) => (folder ? readFileSync(join(folder, name)) : undefined);
  return requestHttps({ ...target, ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') });
}
