import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Test } from 'tap';

/** An invalid certificate: for another name, by no authority, and expired since 2020. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjjCCATOgAwIBAgIUBJcc7k0cmTPDMXI5TcnbOPjGRAEwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRZWxzZXdoZXJlLmV4YW1wbGUwHhcNMjAwMTAxMDAwMDAwWhcN
MjAwMTAyMDAwMDAwWjAcMRowGAYDVQQDDBFlbHNld2hlcmUuZXhhbXBsZTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABP6dsXNUZuOi9EyrrHsXv2B60LxDDyJeNraS
mep9IMtNMXTEMe2VnBXtkeoGLKaU9v6Fkatu2xm7lZne1x3BkM6jUzBRMB0GA1Ud
DgQWBBSFcKgVtxPAIW0XVJFMa7l2UAsfZDAfBgNVHSMEGDAWgBSFcKgVtxPAIW0X
VJFMa7l2UAsfZDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCf
AZ+vErvekxCgJF2yB9jK3sJkQBwaqIuCMHzngzZxDgIhANcPpbsU6MO887yrHUOi
wwkGUHrBKCwOjqEAYnz7NQeM
-----END CERTIFICATE-----`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJie6GqtjzHI5BKRb
yKwYqMShmqDOQo/FqVJqtppUOpKhRANCAAT+nbFzVGbjovRMq6x7F79getC8Qw8i
Xja2kpnqfSDLTTF0xDHtlZwV7ZHqBiymlPb+hZGrbtsZu5WZ3tcdwZDO
-----END PRIVATE KEY-----`;

/** Starts a web server that uses TLS and answers `body`. Returns a function that connects to it. */
export async function startTlsServer(t: Test, body: string): Promise<() => Promise<Duplex>> {
  const server = createServer({ cert: CERTIFICATE, key: KEY }, (_, response) => response.end(body));
  t.teardown(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async () => {
    const stream = connect(port, '127.0.0.1');
    await once(stream, 'connect');
    return stream;
  };
}
