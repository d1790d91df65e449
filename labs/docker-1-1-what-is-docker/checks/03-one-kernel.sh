#!/bin/bash
# Both files say what the machine itself says.
cd "/home/$BERTH_USER" || exit 1

# The words of a file, without the white space around them.
said() { tr -s '[:space:]' ' ' <"$1" | sed 's/^ //; s/ $//'; }

[ -f kernel.txt ] || fail 'There is no kernel.txt in your home yet: "uname -r" says what belongs into it.'
kernel=$(uname -r)
case " $(said kernel.txt) " in
  *" $kernel "*) ;;
  *) fail 'Your kernel.txt does not have the release of the kernel that runs here: ask "uname -r", not the files of the system.' ;;
esac

[ -f first.txt ] || fail 'There is no first.txt in your home yet: the kernel keeps the name in /proc/1/comm.'
case " $(said first.txt) " in
  *" $(cat /proc/1/comm) "*) ;;
  *) fail 'Your first.txt does not name process number 1: look into /proc/1/comm.' ;;
esac

echo 'Right: the kernel is the host'"'"'s, and number 1 is what this container was made to run.'
