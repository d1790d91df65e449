rm -f ~/report.txt
docker container exec box sh -c 'rm -f /root/report.txt; date > /root/report.txt'
docker container cp box:/root/report.txt ~/report.txt
