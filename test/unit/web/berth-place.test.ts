import { test } from 'tap';
import { readBerthLink } from '../../../web/src/modules/instructions/berth-place.ts';

await test('links to ports name a machine or leave it to the first, and a path', (t) => {
  const port = { kind: 'port', machine: undefined, port: 8080, path: '/' };
  t.same(readBerthLink('berth:port/8080'), port);
  t.same(readBerthLink('berth:port/8080/a/b?c=1#d'), { ...port, path: '/a/b?c=1#d' });
  t.same(readBerthLink('berth:port/web/8080'), { ...port, machine: 'web' });
  t.same(readBerthLink('berth:port/web-2/8080/x'), { ...port, machine: 'web-2', path: '/x' });
  t.same(readBerthLink('berth:port/8080?c=1'), { ...port, path: '/?c=1' });
  t.end();
});

await test('links to files have an absolute path, however many slashes come before', (t) => {
  const hosts = { kind: 'file', path: '/etc/hosts' };
  t.same(readBerthLink('berth:file/etc/hosts'), hosts);
  t.same(readBerthLink('berth:file//etc/hosts'), hosts);
  t.same(readBerthLink('berth:file/a%20b'), { kind: 'file', path: '/a b' });
  t.same(readBerthLink('berth:file/100%'), { kind: 'file', path: '/100%' });
  t.end();
});

await test('other links are none of these', (t) => {
  for (const href of [
    'https://berth.example/port/1',
    'berth:port/',
    'berth:port/Web/80',
    'berth:x/1',
    '#a',
  ]) {
    t.equal(readBerthLink(href), undefined, href);
  }
  t.end();
});
