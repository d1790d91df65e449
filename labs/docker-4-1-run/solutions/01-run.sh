docker container run -d --name one ubuntu sleep infinity
docker container run -d --name two ubuntu sleep infinity
docker container inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' one two > ~/addresses.txt
