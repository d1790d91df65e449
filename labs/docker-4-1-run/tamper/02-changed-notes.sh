# The file changes, but the address does not.
docker container run -d --name three ubuntu sleep infinity
docker container inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' two > ~/addresses.txt
