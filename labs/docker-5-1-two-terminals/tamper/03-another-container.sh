# A second container that was stopped and started, with a link instead of the file.
docker container run -dit --name second ubuntu /bin/bash
docker container exec second ln -s /etc/hostname /root/hello.txt
docker container restart -t 0 second
