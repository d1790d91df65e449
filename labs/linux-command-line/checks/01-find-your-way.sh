#!/bin/bash
# The folders are there, and the copy in them is a copy.
home=/home/learner

not_yet() {
  echo "$1"
  exit 1
}

for folder in workshop workshop/notes workshop/logs; do
  if [ -f "$home/$folder" ]; then
    not_yet "~/$folder is a file, and should be a folder: remove it with \"rm\", then make it with \"mkdir\"."
  fi
  [ -d "$home/$folder" ] || not_yet "There is no folder ~/$folder yet: \"mkdir\" makes one."
done

copy=$home/workshop/notes/os-release
[ -e "$copy" ] || [ -L "$copy" ] || not_yet 'The folder ~/workshop/notes has no file "os-release" yet: copy it there with "cp".'
if [ -L "$copy" ] || [ ! -f "$copy" ]; then
  not_yet 'Your ~/workshop/notes/os-release is no file of its own: remove it with "rm -r", then copy with "cp" alone.'
fi
[ -s "$copy" ] || not_yet 'The file ~/workshop/notes/os-release is empty: copy /etc/os-release once more.'
cmp -s "$copy" /etc/os-release || not_yet 'The file ~/workshop/notes/os-release differs from /etc/os-release: copy it once more.'

echo 'Well built: you can make your way around now.'
