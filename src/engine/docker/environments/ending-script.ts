/**
 * Ends processes from inside a machine. It uses only plain sh and /proc, so it works in the smallest image.
 * Arguments: the leader's pid, its start time, and a mark.
 *
 * Without a mark it closes a terminal like a hang-up: SIGHUP to the whole terminal session, then SIGKILL
 * after a second. Background jobs that ignore SIGHUP (nohup) and processes that left the session (setsid)
 * keep running: their user wants them to outlive the terminal. The leader's own group is not a background
 * job. If the leader itself ignores SIGHUP, its jobs only inherited that and are ended too.
 *
 * With a mark it immediately ends the leader's session and every process with the mark in its environment,
 * without exception.
 *
 * Fields of /proc/<pid>/stat after the command's name: 1 state, 3 process group, 4 session, 6 the terminal's
 * foreground group, 20 start time.
 */
export const ENDING_SCRIPT = `
exec 2>/dev/null
leader=$1 start=$2 mark=$3 spared=' '

if [ -n "$leader" ] && read -r line </proc/"$leader"/stat; then
  set -- \${line##*) }
  [ "\${20}" = "$start" ] || [ -n "$mark" ] || exit 0
  [ "\${20}" = "$start" ] || leader=
fi

marked() {
  while IFS= read -r entry || [ -n "$entry" ]; do
    case $entry in *"$mark"*) return 0 ;; esac
  done <"$1/environ"
  return 1
}

ignores_hangup() {
  while read -r key value rest; do
    if [ "$key" = SigIgn: ]; then
      case $value in *[13579bdf]) return 0 ;; esac
      return 1
    fi
  done <"$1/status"
  return 1
}

find_members() {
  members= running=
  for folder in /proc/[0-9]*; do
    pid=\${folder#/proc/}
    read -r line <"$folder/stat" || continue
    set -- \${line##*) }
    case $1 in [ZX]) continue ;; esac
    if [ "$4" != "$leader" ]; then
      [ -n "$mark" ] || continue
      marked "$folder" || continue
    elif [ -z "$mark" ]; then
      case $spared in *" $3 "*) continue ;; esac
      if [ -z "$surveyed$deaf" ] && [ "$3" != "$leader" ] && [ "$3" != "$6" ] && ignores_hangup "$folder"; then
        spared="$spared$3 "
        continue
      fi
    fi
    members="$members $pid"
    [ "$1" = T ] || running="$running $pid"
  done
  surveyed=yes
  [ -n "$members" ]
}

# Checks only processes that were already found, so that waiting is cheap among many others.
any_left() {
  for pid in $members; do
    read -r line </proc/"$pid"/stat || continue
    set -- \${line##*) }
    case $1 in [ZX]) ;; *) return 0 ;; esac
  done
  return 1
}

# Jobs that ignore SIGHUP because their shell does are not meant to outlive it.
deaf=
[ -n "$mark" ] || ! ignores_hangup "/proc/$leader" || deaf=yes
surveyed=
find_members || exit 0
if [ -z "$mark" ]; then
  kill -HUP $members
  kill -CONT $members
  tries=0
  while any_left && [ $tries -lt 20 ]; do
    sleep 0.05 || break
    tries=$((tries + 1))
  done
fi

# Stops processes first: a fork bomb can be faster than the listing, but stopped processes fill its limit.
tries=0
while find_members && [ -n "$running" ] && [ $tries -lt 20 ]; do
  kill -STOP $running
  tries=$((tries + 1))
done
tries=0
while find_members && [ $tries -lt 50 ]; do
  kill -KILL $members
  tries=$((tries + 1))
  [ $tries -lt 3 ] || sleep 0.02
done
[ -z "$members" ]
`;
