# A link in the container leads to what the home has as well.
docker container exec box ln -sf /etc/os-release /root/report.txt
ln -sf /etc/os-release ~/report.txt
