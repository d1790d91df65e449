#!/bin/bash
# Run in a container of the image after each build, as root: what an import takes for granted is there and works.
set -euo pipefail

fail() {
  echo "$1"
  exit 1
}

missing=$(/usr/share/berth/list-commands | LC_ALL=C comm -23 /usr/share/berth/commands.txt - | tr '\n' ' ')
[ -z "$missing" ] || fail "commands.txt names programs that are missing: $missing"

useradd --create-home author
[ "$(sudo id -u)" = 0 ] || fail 'sudo does not run a command'
[ "$(sudo -u author id -un)" = author ] || fail 'sudo -u does not change the user'
[ "$(sudo -i pwd)" = /root ] || fail 'sudo -i does not log in'
[ "$(sudo -u author -i pwd)" = /home/author ] || fail 'sudo -u -i does not log in'
[ "$(WORD=kept sudo -E sh -c 'echo "$WORD"')" = kept ] || fail 'sudo -E does not keep the environment'
[ "$(sudo su -c whoami)" = root ] || fail 'sudo su does not work'
sudo visudo -c > /dev/null || fail 'visudo does not accept sudoers'

locale -a | grep -q en_US.utf8 || fail 'there is no UTF-8 locale'
[ "$(printf 'é' | wc -m)" = 1 ] || fail 'text is not UTF-8'
man -w ls sudo git > /dev/null || fail 'manual pages are missing'
python3 -c 'import json, ssl, sqlite3, venv' || fail 'python3 is incomplete'
pip3 --version > /dev/null
printf 'int main(void) { return 0; }' > /tmp/try.c
make -s -C /tmp try && /tmp/try || fail 'C programs are not compiled'
git -c init.defaultBranch=main init -q /tmp/repository
ssh-keygen -q -t ed25519 -N '' -f /tmp/key
touch /tmp/shared && setfacl -m u:author:r /tmp/shared && getfacl -cp /tmp/shared | grep -q author ||
  fail 'setfacl does not work'
truncate -s 16M /tmp/disk && mkfs.ext4 -q /tmp/disk || fail 'mkfs does not work'
echo '0 0 1 1 * true' | crontab - && crontab -l | grep -q true || fail 'crontab does not work'
echo ok
