#!/bin/bash
# The folders are there, and the copy in them is a copy.

home=/machine/home/learner

for folder in workshop workshop/notes workshop/logs; do
  [ ! -f "$home/$folder" ] || fail \
    "~/$folder is a file, but should be a folder: remove it with \"rm\", then create it with \"mkdir\"." \
    "~/$folder 이(가) 폴더가 아니라 파일입니다. \"rm\"으로 지우고 \"mkdir\"로 만드세요."
  [ ! -L "$home/$folder" ] || fail \
    "~/$folder is a link, but should be a real folder: remove it with \"rm\", then create it with \"mkdir\"." \
    "~/$folder 이(가) 폴더가 아니라 링크입니다. \"rm\"으로 지우고 \"mkdir\"로 만드세요."
  [ -d "$home/$folder" ] || fail \
    "There is no folder ~/$folder yet: create it with \"mkdir\"." \
    "~/$folder 폴더가 아직 없습니다. \"mkdir\"로 만드세요."
done

copy=$home/workshop/notes/os-release
[ -e "$copy" ] || [ -L "$copy" ] || fail \
  'The folder ~/workshop/notes has no file "os-release" yet: copy it there with "cp".' \
  '~/workshop/notes 폴더에 아직 "os-release" 파일이 없습니다. "cp"로 복사하세요.'
[ -f "$copy" ] && [ ! -L "$copy" ] || fail \
  'Your ~/workshop/notes/os-release is not a regular file: remove it with "rm -r", then copy the file with "cp" without options.' \
  '~/workshop/notes/os-release가 따로 복사한 파일이 아닙니다. "rm -r"로 지우고 "cp"로만 복사하세요.'
[ -s "$copy" ] || fail \
  'The file ~/workshop/notes/os-release is empty: copy /etc/os-release again.' \
  '~/workshop/notes/os-release 파일이 비어 있습니다. /etc/os-release를 다시 복사하세요.'
cmp -s "$copy" /machine/usr/lib/os-release || fail \
  'The file ~/workshop/notes/os-release differs from /etc/os-release: copy it again.' \
  '~/workshop/notes/os-release 파일이 /etc/os-release와 다릅니다. 다시 복사하세요.'

say 'Well done: you can find your way around now.' '잘 만들었습니다. 이제 어디든 찾아갈 수 있습니다.'
