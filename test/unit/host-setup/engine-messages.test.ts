import t from 'tap';
import { missingError } from '../../../src/host-setup/docker-engine.ts';

await t.test('if setup is not permitted, the commands are those of root', async (t) => {
  const { code, message } = missingError({ root: true, debian: true, off: true });
  t.equal(code, 'ENGINE_SETUP_REFUSED');
  t.match(message, 'BERTH_ENGINE_SETUP is off');
  t.match(message, '  apt-get install -y docker.io iptables');
  t.notMatch(message, 'sudo');
});

await t.test('a user other than root gets advice to use sudo and to join the group', async (t) => {
  const { message } = missingError({ root: false, debian: true, off: false });
  t.match(message, 'only root may set one up');
  t.match(message, '  sudo apt-get install -y docker.io iptables');
  t.match(message, 'sudo usermod -aG docker');
});

await t.test('another system gets no Debian commands', async (t) => {
  const { message } = missingError({ root: true, debian: false, off: false });
  t.match(message, 'docs.docker.com/engine/install');
  t.notMatch(message, 'apt-get');
});
