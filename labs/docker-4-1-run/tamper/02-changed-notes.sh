# The notes change, and not the address.
docker container run -d --name three ubuntu sleep infinity
docker container inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' two > ~/addresses.txt
