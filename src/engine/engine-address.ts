import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The default socket of Docker, and of Podman's Docker service. */
export const DEFAULT_ENGINE = 'unix:///var/run/docker.sock';
/** Docker's conventional port for TLS. */
const TLS_PORT = '2376';

/** The address of an engine. */
export type EngineAddress =
  | { readonly socketPath: string }
  | {
      readonly protocol: 'http' | 'https';
      readonly host: string;
      readonly port: number;
      readonly ca?: Buffer;
      readonly cert?: Buffer;
      readonly key?: Buffer;
    };

/**
 * Parses an address as Docker's own tools do: `unix://path`, `tcp://host:port` or `host:port`.
 * DOCKER_TLS_VERIFY turns TLS on; its certificates are in DOCKER_CERT_PATH.
 *
 * @throws TypeError for an address of another kind, such as `ssh://`
 */
export function parseEngineAddress(address: string, env: NodeJS.ProcessEnv): EngineAddress {
  const [, scheme = 'tcp', rest] = /^(?:(\w+):\/\/)?(.*)$/.exec(address) ?? [];
  if (scheme !== 'unix' && !['tcp', 'http', 'https'].includes(scheme)) {
    throw new TypeError(`addresses that start with ${scheme}:// are not supported`);
  }
  // With http and https, URL drops the ports 80 and 443, which are not the default ports here.
  const url = new URL(`${scheme === 'unix' ? scheme : 'tcp'}://${rest}`);
  if (scheme === 'unix') return { socketPath: url.pathname };
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const tls = scheme === 'https' || Boolean(env['DOCKER_TLS_VERIFY']) || url.port === TLS_PORT;
  const port = Number(url.port) || (tls ? 2376 : 2375);
  const folder = env['DOCKER_CERT_PATH'];
  if (!tls) return { protocol: 'http', host, port };
  if (!folder) return { protocol: 'https', host, port };
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFileSync(join(folder, name)));
  return { protocol: 'https', host, port, ...(ca && cert && key ? { ca, cert, key } : {}) };
}
