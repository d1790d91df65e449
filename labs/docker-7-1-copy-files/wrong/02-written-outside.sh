# Two reports, neither of which was copied.
docker container exec box sh -c 'date > /root/report.txt'
echo 'a report' > ~/report.txt
