#!/bin/sh
# Takes back what attack.sh prepared.
folder=/tmp/berth-tampering
if command -v docker >/dev/null; then
  docker context use default >/dev/null 2>&1
  docker context rm -f berth-tampering >/dev/null 2>&1
fi
for file in .profile .bash_profile .bashrc .zshenv; do
  [ ! -e "$folder/saved$file" ] || cp -p "$folder/saved$file" "${HOME:-/root}/$file"
done
while IFS= read -r path; do rm -f "$path"; done 2>/dev/null <"$folder/made"
rm -rf "$folder"
