import t from 'tap';
import type { CodePiece } from '../../../../../src/domains/labs/import/needs/needs.ts';
import { importOne, needsOf, smallIndex } from '../../../../kit/labs/imports.ts';
import { labIn } from '../../../../kit/labs/lab-folders.ts';

await t.test('reports programs with setuid that other users than root run', async (t) => {
  const uses = (code: string) =>
    needsOf(code).flatMap(({ kind, command, place }) =>
      kind === 'privileges' ? [`${place.line} ${command}`] : [],
    );
  for (const code of [
    'sudo -u bob sudo id',
    'sudo -iu bob env A=1 sudo -l',
    'sudo --user=bob -- bash -c "cd /tmp && sudo id"',
    "su - bob -c 'echo 1234 | sudo -S ls /root'",
    'su bob --shell /bin/bash --command "sudo id"',
    'runuser -u bob -- sudo id',
    'runuser -l bob -c "sudo id"',
    'if ! out=$(sudo -u bob sudo -n true); then exit 1; fi',
  ]) {
    t.same(uses(code), ['1 sudo'], code);
  }
  t.same(uses('sudo -u bob crontab -l'), ['1 crontab']);
  t.same(uses("su - bob -c 'passwd'"), ['1 passwd']);
  for (const code of [
    'sudo id; sudo su - bob; sudo -u bob id; sudo -l -U bob; sudo -i',
    'sudo -u root sudo id; su - -c "sudo id"; su root -c "sudo id"; sudo sudo id',
    'su - "$name" -c "sudo id"; sudo -u $USER sudo id',
    'su - bob -c "echo sudo id"; runuser -u bob id; crontab -u bob -l; passwd bob',
    'su - bob\nsudo id',
  ]) {
    t.same(uses(code), [], code);
  }
  t.match(needsOf('sudo -u bob sudo id')[0], {
    message: 'runs "sudo" as the user "bob", which only root can do in machines',
  });
});

await t.test('a terminal keeps its new user until exit', async (t) => {
  type Typed = string | [code: string, terminal: number] | { shown: string };
  const typed = (...codes: Typed[]) => {
    const pieces = codes.map((one, at): CodePiece => {
      const place = { file: 'step.md', line: at + 1 };
      if (typeof one === 'string') return { code: one, place, use: 'run' };
      if ('shown' in one) return { code: one.shown, place, use: 'shown' };
      const [code, terminal] = one;
      return { code, place, use: 'run', terminal };
    });
    return needsOf(pieces).map(({ kind, command, place }) => `${place.line} ${kind} ${command}`);
  };
  t.same(typed('su - bob', 'id', 'sudo id'), ['3 privileges sudo']);
  t.same(typed('su - bob\nsudo id'), ['1 privileges sudo']);
  t.same(typed('sudo -iu bob', 'sudo -l'), ['2 privileges sudo']);
  t.same(typed('sudo su - bob', 'exit', 'sudo id'), []);
  t.same(typed('su - bob', 'logout\nsudo id'), []);
  t.same(typed('su -', 'sudo id'), []);
  t.same(
    typed('su - bob', { shown: 'sudo id' }),
    [],
    'in a block that learners type after they become root again',
  );
  t.same(typed({ shown: 'su - bob\nsudo id' }), ['1 privileges sudo']);
  t.same(typed(['su - bob', 2], 'sudo id'), [], 'in another terminal');
  t.same(typed(['su - bob', 2], ['sudo id', 2]), ['2 privileges sudo']);
});

await t.test('reports logs that a system log daemon writes, but not those of the scenario', async (t) => {
  const uses = (code: string, use?: CodePiece['use']) =>
    needsOf(code, { use }).flatMap(({ kind, command }) => (kind === 'system log' ? [command] : []));
  t.same(uses('tail -20 /var/log/auth.log'), ['/var/log/auth.log']);
  t.same(uses('sudo grep sudo /var/log/auth.log | tail -10', 'shown'), ['/var/log/auth.log']);
  t.same(uses('cat /var/log/syslog; less /var/log/syslog; cat /var/log/messages.1'), [
    '/var/log/syslog',
    '/var/log/messages.1',
  ]);
  t.same(uses('service rsyslog restart'), ['service rsyslog']);
  for (const code of [
    'echo "Jan 1 sshd" > /var/log/auth.log; grep sshd /var/log/auth.log',
    'cat <<E >>"/var/log/syslog"\na\nE\ntail /var/log/syslog',
    'cp auth.txt /var/log/auth.log && wc -l /var/log/auth.log',
    'LOG=/var/log/auth.log; make_log >$LOG; tail /var/log/auth.log',
    'echo "* * * * * root job >> /var/log/cron.log" >/etc/cron.d/job; tail /var/log/cron.log',
    '[ -f /var/log/syslog ] && tail /var/log/syslog',
    'apt-get install -y rsyslog; tail /var/log/syslog; service rsyslog start',
    'ls -l /var/log; echo /var/log/syslog; cat /var/log/dpkg.log /var/log/app/messages',
    'logger "set-up is done"; service cron start',
  ]) {
    t.same(uses(code), [], code);
  }
  const shown: CodePiece = { code: 'logger -s Hello', place: { file: 'a.md', line: 1 }, use: 'shown' };
  t.match(needsOf([shown]), [{ kind: 'system log', command: 'logger' }]);
  t.same(needsOf('grep x /var/log/auth.log', { own: ['auth.log'] }), [], 'an asset');
  t.match(needsOf('tail /var/log/auth.log')[0], {
    message: 'reads "/var/log/auth.log", which no system log daemon writes in machines',
  });
});

await t.test('finds commands that need a default gateway', async (t) => {
  const asks = (code: string) => needsOf(code).find(({ kind }) => kind === 'gateway')?.command;
  const known = {
    "ip route | awk '/^default/{print $3}' > gateway.txt": 'ip route',
    'want=$(ip -4 r 2>/dev/null | grep default)': 'ip route',
    'ip route show default': 'ip route',
    'ip route list | \\\n  grep ^default': 'ip route',
    'ip route get 8.8.8.8': 'ip route get',
    "route -n | grep '^0.0.0.0'": 'route',
    "netstat -rn | awk '/UG/ {print $2}'": 'netstat',
    'ping -c 1 _gateway': 'ping _gateway',
  };
  for (const [code, command] of Object.entries(known)) t.equal(asks(code), command, code);
  for (const code of [
    'ip route',
    'ip route show dev eth0; route -n; netstat -rn',
    'ip addr | grep default',
    'ip route get 10.0.0.2; ip route get host02',
    'netstat -tln | grep 0.0.0.0:80',
    'echo "ip route shows the default gateway"',
    'ip route add default via 10.0.0.1',
  ]) {
    t.equal(asks(code), undefined, code);
  }
});

await t.test('a lab that reads its default gateway gets the internet, and with it a gateway', async (t) => {
  const files = { 'index.json': smallIndex(), 'step.md': "`ip route | awk '/^default/{print $3}'`{{exec}}" };
  const done = await importOne(t, files);
  t.same(done.warnings, []);
  t.match(await labIn(done.folder), { networks: [{ internet: true }] });
  const isolated = await importOne(t, files, { network: 'isolated' });
  t.same(isolated.warnings, [
    'one/step.md:1: runs "ip route" for a default gateway, which labs without internet do not have',
  ]);
  t.match(await labIn(isolated.folder), { networks: [{ internet: false }] });
});
