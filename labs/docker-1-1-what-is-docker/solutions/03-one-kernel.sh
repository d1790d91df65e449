uname -r > ~/kernel.txt
cat /proc/1/comm > ~/first.txt
