# The system's version is taken for the kernel's.
grep VERSION_ID /etc/os-release > ~/kernel.txt
cat /proc/1/comm > ~/first.txt
