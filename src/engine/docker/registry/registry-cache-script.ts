/**
 * Reduces the cache of a registry below a limit; the registry cannot do that itself. $1: the maximum bytes;
 * $2: the bytes to keep if there are more; $3: find's condition for downloads to abort. It removes the blobs
 * that were unused for longest, and the links to them, or everything if $2 is 0: the registry downloads
 * missing blobs again. Prints the bytes before and after.
 */
export const TRIM_SCRIPT = `
root=/var/lib/berth-registry
used() { du -s -B1 "$root" | cut -f1; }
before=$(used)
cd "$root/docker/registry/v2" 2>/dev/null && [ -d repositories ] && [ -d blobs ] || { echo "$before $before"; exit; }
find repositories -type f -path '*/_uploads/*/data' $3 -printf '%h\\0' | xargs -0r rm -rf --
now=$(used)
if [ "$now" -gt "$1" ] && [ "$2" = 0 ]; then
  rm -rf -- repositories blobs
elif [ "$now" -gt "$1" ]; then
  find blobs -type f -name data -printf '%A@ %T@ %b %h\\n' |
    awk '{ printf "%.0f %.0f %s\\n", ($1 > $2 ? $1 : $2), $3 * 512, $4 }' | sort -n |
    awk -v over=$((now - $2)) 'over > 0 { over -= $2; print $3 }' >/tmp/trimmed
  xargs -r rm -rf -- </tmp/trimmed
  find repositories -type d -regextype posix-extended -regex '.*/[0-9a-f]{64}' -printf '%f %p\\n' |
    awk 'NR == FNR { sub(".*/", ""); gone[$0]; next } $1 in gone { print $2 }' /tmp/trimmed - |
    xargs -r rm -rf --
fi
echo "$before $(used)"
`;
