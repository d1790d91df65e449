#!/bin/bash
# Run in a container of the image after each build, as root: every tool that lab texts name starts,
# and both users get a shell that works.
set -euo pipefail

for tool in bash cat cp grep sed awk find xargs sort tar gzip xz ps top pgrep killall free \
            less nano vi vim file tree ip ping curl column; do
  command -v "$tool" > /dev/null || { echo "missing: $tool"; exit 1; }
done

as_learner() {
  setpriv --reuid learner --regid learner --init-groups env -i HOME=/home/learner PATH="$PATH" "$@"
}

[ "$(as_learner id -u):$(as_learner id -g)" = 1000:1000 ] || { echo 'learner is not 1000:1000'; exit 1; }
as_learner sh -c 'touch ~/smoke-test && rm ~/smoke-test' || { echo 'learner can not write at home'; exit 1; }
[ "$(as_learner bash -ic 'type -t ll' 2> /dev/null)" = alias ] || { echo 'learner has no shell settings'; exit 1; }
[ "$(HOME=/root bash -ic 'echo "${PS1: -2}"' 2> /dev/null)" = '# ' ] || { echo 'root has no prompt of its own'; exit 1; }

file /bin/sh > /dev/null
ps -e > /dev/null
ip address show lo > /dev/null
curl --silent file:///etc/hostname > /dev/null
echo hello | as_learner tee /tmp/smoke-test > /dev/null
rm /tmp/smoke-test
! find / -xdev -name '*.deb' -path '*/archives/*' | grep -q . || { echo 'packages were left in the cache'; exit 1; }
echo ok
