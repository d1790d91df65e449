import { seededRandom } from './random.ts';
import { fuzzFrames } from './fuzz.ts';
import { HOSTILE_TEXT } from './fuzz-operations.ts';

const METHODS = [
  'GET',
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'BREW',
];
const TYPES = [
  'application/json',
  'application/x-tar',
  'application/gzip',
  'application/octet-stream',
  'text/plain',
  'text/csv',
  'text/csv; charset=windows-1252',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-7',
  'nonsense',
  '',
];
/** Bodies whose content more or less matches their type. */
const BODIES = [
  '',
  '{}',
  'null',
  '[]',
  '{"query":"{ viewer { id } }"}',
  '{"query":"{ viewer { id } }","variables":[],"operationName":1}',
  '[{"query":"{ viewer { id } }"}]',
  '{"query":"query A { viewer { id } } query B { labs { edges { cursor } } }","operationName":"C"}',
  '{"query":{"a":1}}',
  '{"query":"subscription { jobChanged(id: \\"1\\") { id } }"}',
  '{"query":"{ __schema { types { name fields { name } } } }"}',
  '{"secret":"x","__proto__":{"a":1}}',
  'secret=a&secret=b',
  'name,email,role\nAnn,ann@example.org,learner\n',
  '\ufeffname;email;role;section\r\n"Ann;";x;owner;\0\r\n"',
  '{"title":"Docker","timeZone":"Asia/Seoul","collection":"docker"}',
  '{"dueAt":"2030-03-10T02:30:00Z","points":-1,"attempts":1e99,"x":null}',
  '{"lab":"shell"}',
  '\u0000\u0001\ufffd',
];

export interface RequestPlaces {
  /** Meaningful paths, from which others are derived. */
  paths: readonly string[];
  /** Meaningful header lines, such as credentials. */
  credentials: readonly string[];
  hosts: readonly string[];
}

/** Endless requests as bytes: some valid, some broken anywhere. The same for the same seed. */
export function* fuzzRequests(
  { paths, credentials, hosts }: RequestPlaces,
  { seed }: { seed: number },
): Generator<Buffer, never> {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const oneOf = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T;
  const clean = (text: string) => text.replaceAll(/[\r\n]/g, '');
  const encoded = (text: string) =>
    encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?')).slice(0, 2_000);

  function path(): string {
    const base = oneOf(paths);
    if (chance(0.5)) return base;
    return oneOf([
      () => `${base}${encoded(oneOf(HOSTILE_TEXT))}`,
      () => `${base}?${encoded(oneOf(HOSTILE_TEXT))}=${encoded(oneOf(HOSTILE_TEXT))}`,
      () => base.replaceAll(/[^/]+$/g, () => encoded(oneOf(HOSTILE_TEXT))),
      () => `${base}%`,
      () => `${base}/%ff%fe/..%2f..%2f`,
      () => `//${base}`,
      () => `http://other.example${base}`,
      () => base.replaceAll('/', '\\'),
      () => '*',
      () => clean(oneOf(HOSTILE_TEXT)).replaceAll(' ', ''),
    ])();
  }

  function headers(body: string): string[] {
    const lines = [`Host: ${oneOf(hosts)}`];
    if (chance(0.6)) lines.push(oneOf(credentials));
    if (body !== '' || chance(0.2)) lines.push(`Content-Type: ${oneOf(TYPES)}`);
    if (chance(0.1))
      lines.push(
        `Accept: ${oneOf(['text/html', '*/*', 'application/graphql-response+json', 'text/csv', ''])}`,
      );
    if (chance(0.1)) lines.push(`Origin: ${oneOf(['null', 'http://evil.example', 'http://', ':'])}`);
    if (chance(0.05))
      lines.push(`Range: ${oneOf(['bytes=0-', 'bytes=5-1', 'bytes=-1', 'lines=1', 'bytes=0-0,1-1'])}`);
    if (chance(0.05)) lines.push(`If-None-Match: ${oneOf(['*', '"x"', 'x'])}`);
    if (chance(0.05)) lines.push(`X-Request-Id: ${clean(oneOf(HOSTILE_TEXT))}`);
    if (chance(0.05)) lines.push(`Expect: ${oneOf(['100-continue', 'nonsense'])}`);
    if (chance(0.05)) lines.push(`Accept-Language: ${oneOf(['ko', '*;q=0', ',,,', 'a'.repeat(300)])}`);
    if (chance(0.05))
      lines.push(
        `Cookie: ${oneOf(['berth', 'berth=', '=', ';;;', 'berth-preview=%', 'a=b; a=c; __Host-berth=x'])}`,
      );
    if (chance(0.08)) {
      lines.push('Connection: Upgrade', `Upgrade: ${oneOf(['websocket', 'foo', 'h2c', 'websocket, foo'])}`);
      if (chance(0.7))
        lines.push(
          'Sec-WebSocket-Version: 13',
          `Sec-WebSocket-Key: ${oneOf(['dGhlIHNhbXBsZSBub25jZQ==', 'x', ''])}`,
        );
      if (chance(0.5))
        lines.push(
          `Sec-WebSocket-Protocol: ${oneOf(['graphql-transport-ws', 'berth.terminal.v1', ',', 'a b'])}`,
        );
    } else lines.push('Connection: close');
    if (chance(0.05)) lines.push('Transfer-Encoding: chunked');
    else if (chance(0.03)) lines.push(`Content-Length: ${oneOf(['-1', 'x', '99999999999999999999', '0'])}`);
    else if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    return lines.filter((line) => line !== '');
  }

  for (let made = 0; ; made += 1) {
    const body = chance(0.5) ? '' : chance(0.8) ? oneOf(BODIES) : oneOf(HOSTILE_TEXT);
    const whole = Buffer.from(
      `${[`${oneOf(METHODS)} ${path()} HTTP/1.1`, ...headers(body)].join('\r\n')}\r\n\r\n${body}`,
    );
    if (chance(0.9)) yield whole;
    else yield fuzzFrames([whole], { frames: 2, seed: seed + made }).next().value as Buffer;
  }
}
