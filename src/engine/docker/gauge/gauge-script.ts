/** The engine's folders in the helper. */
export const ENGINE_FOLDER = '/engine';

/** Seconds without a request after which the helper exits: a service sends one every second. */
const IDLE_S = 120;

/**
 * Program of the helper (bash). A request is one line: number, timeout in seconds, then `space`, `bytes` or
 * `files` with folders relative to the engine's, or `open` with a container's id. An answer is one line:
 * number, exit code of the command, and its last line of output. Counting runs in the background, in
 * processes that the helper's init reaps.
 */
export const GAUGE_SCRIPT = `
set -f
cd ${ENGINE_FOLDER} 2>/dev/null
answer() {
  local number=$1 output code
  shift
  output=$("$@" 2>/dev/null)
  code=$?
  echo "$number $code \${output##*$'\\n'}"
}
count() {
  local number=$1 seconds=$2 unit=$3 folder
  shift 3
  for folder; do
    [ -d "$folder" ] || { echo "$number 0 unseen"; return; }
  done
  answer "$number" timeout --signal=KILL "$seconds" du --summarize --total --one-file-system "$unit" -- "$@"
}
while IFS=' ' read -r -t ${IDLE_S} number seconds what folders; do
  case $what in
    space) answer "$number" timeout --signal=KILL "$seconds" stat --file-system --format='%S %b %a %c %d' / ;;
    bytes) ( count "$number" "$seconds" --block-size=1 $folders & ) ;;
    files) ( count "$number" "$seconds" --inodes $folders & ) ;;
    open) ( answer "$number" timeout --signal=KILL "$seconds" sh -c "$OPEN_FILES" sh "$folders" & ) ;;
  esac
done
`;
