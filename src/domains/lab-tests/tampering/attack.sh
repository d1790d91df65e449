#!/bin/sh
# Prepares an attack that a learner could run in their own machine to pass a check without doing the work. It first
# reverts the previous attack, like undo.sh.
# modes: the modes of attack.pl. "engine" also replaces the system's programs and settings with those of the learner.
modes='@MODES@'
@UNDO@
home=${HOME:-/root}
mkdir -p "$folder/bin" || exit 1

has_mode() { case " $modes " in *" $1 "*) ;; *) return 1 ;; esac; }

# Copies a file unless the target exists, and records it for undo.sh.
put() {
  [ ! -e "$2" ] || return 0
  cp "$1" "$2" && echo "$2" >>"$folder/made"
}

cat >"$folder/attack.pl" <<'END_OF_ATTACK'
@ATTACK@
END_OF_ATTACK
if command -v perl >/dev/null; then
  for mode in $modes; do setsid perl "$folder/attack.pl" "$folder" "$mode" >/dev/null 2>&1 </dev/null & done
  tries=0
  for mode in $modes; do
    until [ -e "$folder/ready-$mode" ] || [ "$tries" -ge 250 ]; do sleep 0.02; tries=$((tries + 1)); done
  done
fi
has_mode engine || exit 0

# Configures docker while the program itself is still the system's.
if command -v docker >/dev/null; then
  : >"$folder/context"
  docker context create berth-tampering --docker "host=unix://$folder/engine.sock" >/dev/null &&
    docker context use berth-tampering >/dev/null
  mkdir -p "$home/.docker/cli-plugins"
fi

# Programs that always succeed. /usr/local/bin precedes the system's folders in every PATH; only root can write there.
for program in docker grep egrep cat test stat ls find cmp diff curl wc head tail sort tr cut id ps ss; do
  printf '#!/bin/sh\nexit 0\n' >"$folder/bin/$program"
  chmod +x "$folder/bin/$program"
done
for plugin in docker-compose docker-buildx; do
  [ ! -d "$home/.docker/cli-plugins" ] || put "$folder/bin/docker" "$home/.docker/cli-plugins/$plugin"
done

# Files that shells read when they start.
for file in .profile .bash_profile .bashrc .zshenv; do
  path=$home/$file
  if [ -e "$path" ]; then cp -p "$path" "$folder/saved$file"; else echo "$path" >>"$folder/made"; fi
  printf '\nexport PATH="%s/bin:$PATH"\nfail() { exit 0; }\nscore() { :; }\n' "$folder" >>"$path"
done

# This comes last, because from here on the script's own programs are fake as well.
if [ -w /usr/local/bin ]; then
  for program in "$folder"/bin/*; do put "$program" "/usr/local/bin/${program##*/}"; done
fi
exit 0
