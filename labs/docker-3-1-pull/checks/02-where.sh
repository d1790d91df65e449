#!/bin/bash
# The file must name a folder in which the engine stores the files of the image.

noted=/machine/home/$BERTH_USER/where.txt
[ -s "$noted" ] || fail \
  'Your home folder has no where.txt with content yet.' \
  '홈 폴더에 아직 내용이 든 where.txt가 없습니다.'
layers=$(docker image inspect --format '{{json .GraphDriver.Data}}' ubuntu 2>/dev/null) || fail \
  'The image ubuntu no longer exists: pull it again.' \
  'ubuntu 이미지가 없어졌습니다. 다시 내려받으세요.'
# A list of every folder would also contain the right one.

others=$(grep -oE '/[^":,[:space:]]+/diff' "$noted" | grep -vxF -f <(grep -oE '/[^":]+/diff' <<<"$layers"))
[ -z "$others" ] || fail \
  "Your where.txt also names a folder of another image: ${others%%$'\n'*}" \
  "where.txt에 다른 이미지의 폴더도 들어 있습니다: ${others%%$'\n'*}"
while read -r folder; do
  grep -qF "$folder" "$noted" || continue
  say 'These are the files of ubuntu on the disk.' '디스크에 놓여 있는 ubuntu의 파일이 바로 그곳에 있습니다.'
  exit 0
done < <(grep -oE '/[^":]+/diff' <<<"$layers")
fail \
  'Your where.txt does not name the folder with the files of ubuntu: find "UpperDir" in "docker image inspect ubuntu".' \
  'where.txt에 ubuntu의 파일이 든 폴더가 없습니다. "docker image inspect ubuntu"에서 "UpperDir"을 찾으세요.'
