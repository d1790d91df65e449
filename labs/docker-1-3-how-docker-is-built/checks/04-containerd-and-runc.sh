#!/bin/bash
# The file must contain both versions, as the engine reports them.

parts=/machine/home/$BERTH_USER/parts.txt
[ -s "$parts" ] || fail \
  'Your home folder has no parts.txt with content yet.' \
  '홈 폴더에 아직 내용이 든 parts.txt가 없습니다.'
format='{{range .Server.Components}}{{.Name}} {{.Version}}{{"\n"}}{{end}}'
components=$(docker version --format "$format") || fail \
  'Your engine does not answer. Try again in a moment.' \
  '도커 엔진이 대답하지 않습니다. 잠시 뒤에 다시 해 보세요.'
for part in containerd runc; do
  version=$(awk -v part="$part" '$1 == part { print $2 }' <<<"$components")
  # What stands after "+" or "~" was added by who packaged it.
  grep -qF -- "${version%%[+~]*}" "$parts" || fail \
    "Your parts.txt does not have the version of $part that your engine runs." \
    "parts.txt에 여러분의 엔진이 쓰는 $part 버전이 없습니다."
done
say 'These are the parts of your engine.' '여러분의 엔진은 바로 이 부품들로 이루어져 있습니다.'
