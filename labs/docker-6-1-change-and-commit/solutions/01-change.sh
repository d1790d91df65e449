docker container rm -f worker > /dev/null 2>&1
docker image pull -q ubuntu
docker container run -dit --name worker ubuntu /bin/bash
docker container exec -e DEBIAN_FRONTEND=noninteractive worker sh -c 'apt-get update && apt-get install -y net-tools'
