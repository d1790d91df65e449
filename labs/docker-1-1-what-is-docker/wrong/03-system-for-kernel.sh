# The system's version instead of the kernel's.
grep VERSION_ID /etc/os-release > ~/kernel.txt
cat /proc/1/comm > ~/first.txt
