# A new container of the same name.
docker container rm -f box
docker container run -dit --name box ubuntu /bin/bash
docker container exec box sh -c 'echo hello > /root/hello.txt'
