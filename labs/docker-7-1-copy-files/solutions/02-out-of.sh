docker container exec box sh -c 'date > /root/report.txt'
docker container cp box:/root/report.txt ~/report.txt
