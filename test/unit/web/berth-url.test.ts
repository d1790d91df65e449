import { test } from 'tap';
import { parseBerthUrl } from '../../../web/src/modules/instructions/berth-url.ts';

await test('port links have a path and optionally a machine', (t) => {
  const port = { kind: 'port', machine: undefined, port: 8080, path: '/' };
  t.same(parseBerthUrl('berth:port/8080'), port);
  t.same(parseBerthUrl('berth:port/8080/a/b?c=1#d'), { ...port, path: '/a/b?c=1#d' });
  t.same(parseBerthUrl('berth:port/web/8080'), { ...port, machine: 'web' });
  t.same(parseBerthUrl('berth:port/web-2/8080/x'), { ...port, machine: 'web-2', path: '/x' });
  t.same(parseBerthUrl('berth:port/8080?c=1'), { ...port, path: '/?c=1' });
  t.end();
});

await test('file links become absolute paths', (t) => {
  const hosts = { kind: 'file', path: '/etc/hosts' };
  t.same(parseBerthUrl('berth:file/etc/hosts'), hosts);
  t.same(parseBerthUrl('berth:file//etc/hosts'), hosts);
  t.same(parseBerthUrl('berth:file/a%20b'), { kind: 'file', path: '/a b' });
  t.same(parseBerthUrl('berth:file/100%'), { kind: 'file', path: '/100%' });
  t.end();
});

await test('other links are rejected', (t) => {
  for (const href of [
    'https://berth.example/port/1',
    'berth:port/',
    'berth:port/Web/80',
    'berth:x/1',
    '#a',
  ]) {
    t.equal(parseBerthUrl(href), undefined, href);
  }
  t.end();
});
