docker container rm -f one two > /dev/null 2>&1
docker container run -d --name one ubuntu sleep infinity
docker container run -d --name two ubuntu sleep infinity
docker container inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' one two > ~/addresses.txt
