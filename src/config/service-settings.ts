import { resolve } from 'node:path';
import { z } from 'zod';
import { integer, list, optionalSetting, proxies, setting, text, webAddress } from './setting.ts';

const DOMAIN = /^(?=.{1,180}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Settings of the service: its addresses, connections, storage and log. */
export const serviceSettings = {
  host: setting('BERTH_HOST', {
    schema: text,
    default: '127.0.0.1',
    doc: 'Address to listen on; 0.0.0.0 for all.',
  }),
  port: setting('BERTH_PORT', {
    schema: integer(0, 65_535),
    default: '8080',
    doc: 'Port to listen on; 0 for any free port.',
  }),
  publicUrl: optionalSetting('BERTH_PUBLIC_URL', {
    schema: webAddress.transform((address) => address.replace(/\/$/, '')),
    absent: 'host and port',
    doc: 'Address that people use, if it differs from host and port. Links and the Origin check use it.',
  }),
  previewDomain: optionalSetting('BERTH_PREVIEW_DOMAIN', {
    schema: text.regex(
      DOMAIN,
      'must be a domain in lower case, such as preview.example.org, without scheme, port or "*."',
    ),
    absent: '`preview.localhost` if people use Berth on its own host, otherwise none',
    doc: "Domain whose subdomains all resolve to Berth. Browsers open machines' ports on its subdomains, never on the address of Berth itself.",
  }),
  allowedOrigins: setting('BERTH_ALLOWED_ORIGINS', {
    schema: list.pipe(z.array(webAddress)),
    default: '',
    doc: 'Additional origins whose pages may open terminals, separated by commas.',
  }),
  trustProxy: setting('BERTH_TRUST_PROXY', {
    schema: proxies,
    default: 'false',
    doc: 'Reverse proxies whose X-Forwarded-* headers Berth trusts: addresses or ranges such as 10.0.0.5 or 10.0.0.0/24, or "loopback", separated by commas; "false" for none.',
  }),
  maxConnections: setting('BERTH_MAX_CONNECTIONS', {
    schema: integer(10, 1_000_000),
    default: '10000',
    doc: 'Maximum number of open connections, including WebSockets. Berth closes further ones immediately.',
  }),
  maxConnectionsPerClient: setting('BERTH_MAX_CONNECTIONS_PER_CLIENT', {
    schema: integer(10, 1_000_000),
    default: '5000',
    doc: 'Maximum number of open connections from one client address, including WebSockets. The default is enough for a lecture of 300 people behind one address. For clients of a trusted proxy, it limits the requests and WebSockets of each client address.',
  }),
  bodyTimeoutSeconds: setting('BERTH_BODY_TIMEOUT_SECONDS', {
    schema: integer(1, 3_600),
    default: '30',
    doc: 'Maximum time to send the body of a request, except for uploads.',
  }),
  uploadLimitBytes: setting('BERTH_UPLOAD_LIMIT_BYTES', {
    schema: integer(1),
    default: String(1024 ** 3),
    doc: 'Maximum size of a file or archive that is uploaded to a machine, in bytes.',
  }),
  dataDir: setting('BERTH_DATA_DIR', {
    schema: text.transform((folder) => resolve(folder)),
    default: './data',
    doc: 'Folder of the SQLite file and the secret key.',
  }),
  databaseUrl: optionalSetting('DATABASE_URL', {
    schema: text.regex(/^(file:|postgres(ql)?:\/\/)/, 'must start with "file:" or "postgresql://"'),
    absent: 'a SQLite file in the data folder',
    doc: 'Database: SQLite or PostgreSQL.',
  }),
  redisUrl: optionalSetting('REDIS_URL', {
    schema: text.regex(/^rediss?:\/\//, 'must start with "redis://" or "rediss://"'),
    doc: 'Redis server that transfers events between several service processes and counts their rate limits together.',
  }),
  secretKey: optionalSetting('BERTH_SECRET_KEY', {
    schema: text,
    absent: '`secret.key` in the data folder',
    doc: 'Key that encrypts stored passwords, 32 bytes in base64 or hex. If absent, Berth creates one in the data folder. Several processes need the same key.',
  }),
  adminToken: optionalSetting('BERTH_ADMIN_TOKEN', {
    schema: text.min(24),
    doc: 'API token of the first admin, 24 characters or more. Berth stores only its hash.',
  }),
  logLevel: setting('BERTH_LOG_LEVEL', {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    doc: 'Minimum level of log messages.',
  }),
  development: setting('NODE_ENV', {
    schema: text.transform((environment) => environment === 'development'),
    default: 'production',
    doc: '"development" enables GraphiQL.',
  }),
};
