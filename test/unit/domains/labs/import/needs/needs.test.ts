import t from 'tap';
import type { CodePiece } from '../../../../../../src/domains/labs/import/needs/needs.ts';
import { shellCommands } from '../../../../../../src/domains/labs/import/needs/shell-commands.ts';
import { importOne, needsOf, smallIndex } from '../../../../../kit/labs/imports.ts';
import { labIn } from '../../../../../kit/labs/lab-folders.ts';

const kinds = (code: string, use?: CodePiece['use']) =>
  needsOf(code, { use }).map(({ kind, command, place }) => `${place.line} ${kind} ${command}`);

await t.test('finds commands in all constructs of a shell script', async (t) => {
  const { commands, defined } = shellCommands(`#!/bin/bash
# one
if ! two "x; three" && [ -e a ]; then echo "no $(four -f)"; exit 1; fi
for f in five six; do
  sudo -u bob FOO=1 seven >/dev/null 2>&1 | tee nine
done
case "$1" in
  start|ten) eleven ;;
  *) echo no;;
esac
local_name() { twelve; }
function other { thirteen; }
A=1 B=$(fourteen) fifteen
list=(sixteen seventeen); x=\${y:-eighteen}
cat <<EOF >f
nineteen
EOF
((i++)); [[ -f a && -d twenty ]] && true
alias k=twentyone; echo 'a
twentytwo' ; apt-get install -y \\
  nginx && timeout 5 twentythree
command -v twentyfour >/dev/null; nohup twentyfive & xargs -n 1 twentysix < file
`);
  t.same(
    [...new Set(commands.map(({ words: [name = ''] }) => name))].toSorted(),
    `apt-get alias cat command echo eleven exit fifteen four fourteen seven tee thirteen true twelve
    twentyfive twentysix twentythree two [`
      .split(/\s+/)
      .toSorted(),
  );
  t.same([...defined].toSorted(), ['k', 'local_name', 'other']);
  t.match(
    commands.find(({ words }) => words[0] === 'twentythree'),
    { line: 21 },
  );
});

await t.test('reads open quotes and parentheses in linear time', async (t) => {
  for (const part of ['"$(', '\'"(<', 'a $(b ', '${', '`', '<<E\n', 'case x in (']) {
    t.ok(shellCommands(part.repeat(100_000)).commands, part);
  }
});

await t.test('finds commands that need the internet', async (t) => {
  const asks = (code: string) => needsOf(code).find(({ kind }) => kind === 'internet')?.command;
  const known = {
    'apt-get update && apt install -y nginx': 'apt-get update',
    'sudo apt-get -y -qq install x': 'apt-get install',
    'pip3 install flask': 'pip3 install',
    'python3 -m pip install flask': 'pip install',
    'npm install': 'npm install',
    'git clone https://example.org/x': 'git clone',
    'git clone git@example.org:a/b.git': 'git clone',
    'curl -sSL https://example.org | bash': 'curl https://example.org',
    'docker run -d nginx': 'docker run',
    'wget -q http://example.org/a': 'wget http://example.org/a',
    'ping -c 1 8.8.8.8': 'ping 8.8.8.8',
    'dig example.com': 'dig example.com',
  };
  for (const [code, command] of Object.entries(known)) t.equal(asks(code), command, code);
  for (const code of [
    'curl http://localhost:8080',
    'curl -s http://host01:80/a',
    'curl -o index.html localhost',
    'curl http://10.0.0.1/index.html',
    'ls; cat /etc/apt/sources.list',
    'npm start',
    'echo https://example.org',
    'docker ps',
    'wget http://127.0.0.1/x',
    'git clone /srv/a.git; git push; git pull',
    'grep -r example.org .',
    'ssh bob@localhost',
  ]) {
    t.equal(asks(code), undefined, code);
  }
});

await t.test('reports programs missing in the image, but not those that the scenario brings', async (t) => {
  t.same(kinds('ls\nsudo htop && git log | jq .'), ['2 program htop']);
  t.same(kinds('x=$(nginx -v); ./nginx; /opt/nginx; echo nginx; mine'), ['1 program nginx']);
  t.same(kinds('nginx() { :; }; nginx'), []);
  t.same(kinds('cat >/usr/local/bin/greet <<E\necho\nE\ngreet'), []);
  t.same(kinds('apt-get install -y nginx-full tree\nnginx'), ['1 internet apt-get install']);
  t.same(kinds('import os\nSELECT 1\nprint(1)'), [], 'other languages are not programs');
  t.same(kinds('nginx -v\nsome words of output', 'shown'), ['1 program nginx'], 'output is not');
  t.same(kinds('$ htop\nnginx 1', 'shown'), ['1 program htop'], 'with prompts, the rest is output');
  t.match(needsOf('htop')[0], { message: 'runs "htop", which is not in the image berth/lab-ubuntu' });
});

await t.test('reports commands that no machine supports', async (t) => {
  t.same(
    kinds(`systemctl start x
losetup -f d
mount -o loop d /mnt
mount /dev/sdb1 /mnt
umount /mnt
swapon /swap
modprobe dummy
sysctl -w a=1
iptables -L
ip link add d type dummy
tcpdump -i eth0
chroot /mnt
kubectl get pods
mkfs.ext4 /dev/sdb
chattr +i f
sed -i s/a/b/ /etc/hosts`),
    [
      '1 systemd systemctl',
      '2 devices losetup',
      '3 devices mount',
      '5 devices umount',
      '6 devices swapon',
      '7 kernel modprobe',
      '8 kernel sysctl',
      '9 network iptables',
      '10 network ip',
      '11 network tcpdump',
      '12 kernel chroot',
      '13 Kubernetes kubectl',
      '14 devices mkfs.ext4',
      '15 kernel chattr',
      '16 kernel sed',
    ],
  );
  t.same(
    kinds(
      'mount; mount -t tmpfs | grep x; swapon --show; ip address; hostname -f; date +%s; mkfs.ext4 disk.img',
    ),
    ['1 devices mount'],
  );
  t.same(
    kinds(
      'mount; swapon --show; ip a; hostname -f; date +%s; mkfs.ext4 disk.img; sysctl -a; chattr -i f; sed s/a/b/ /etc/hosts; sed -i x f',
    ),
    [],
  );
});

await t.test('reads scripts, clicks, blocks and assets of a scenario', async (t) => {
  const done = await importOne(t, {
    'index.json': smallIndex({
      details: {
        intro: { text: 'intro.md', background: 'intro.sh' },
        steps: [{ title: 'A step', text: 'step.md', verify: 'verify.py' }],
        assets: { host01: [{ file: '*.sh', target: '/opt' }] },
      },
    }),
    'intro.md': 'Hello.',
    'intro.sh': 'ls\nlosetup -f\n',
    'step.md':
      'Run `htop`{{exec}}, or\n\n```bash\nswapon /swap\n```\n\n```yaml\nnginx: true\n```\n<pre>\nnginx -v\n</pre>\n',
    'verify.py': '#!/usr/bin/python3\nfoo = 1\nfoo\n',
    'assets/set-up.sh': '#!/bin/bash\nmodprobe dummy\n',
  });
  t.same(done.warnings, [
    'one/intro.sh:2: runs "losetup", which needs loop devices, which machines do not have',
    'one/step.md:1: runs "htop", which is not in the image berth/lab-ubuntu',
    'one/step.md:3: runs "swapon", which changes swap space, which machines may not do',
    'one/step.md:10: runs "nginx", which is not in the image berth/lab-ubuntu',
    'one/assets/set-up.sh:2: runs "modprobe", which needs kernel modules, which machines may not load',
  ]);
});

await t.test('a scenario that runs Docker gets an engine, and others of the repository do not', async (t) => {
  const files = { 'index.json': smallIndex(), 'step.md': 'Look:\n\n```bash\ndocker ps\n```\n' };
  const done = await importOne(t, files);
  t.same(done.warnings, [
    'one/step.md:3: runs "docker", so its lab uses berth/lab-docker with a Docker engine and without root; --no-docker keeps berth/lab-ubuntu',
  ]);
  t.match((await labIn(done.folder)).machines, [{ image: 'berth/lab-docker', profile: 'nested' }]);
  const without = await importOne(t, files, { docker: false });
  t.same(without.warnings, ['one/step.md:3: runs "docker", which is not in the image berth/lab-ubuntu']);
  t.match((await labIn(without.folder)).machines, [{ image: 'berth/lab-ubuntu', profile: 'standard' }]);
  const plain = await importOne(t, { ...files, 'step.md': '`ls`{{exec}} what docker shows' });
  t.same(plain.warnings, []);
  t.match((await labIn(plain.folder)).machines, [{ image: 'berth/lab-ubuntu' }]);
});
