# The second container's command ends immediately.
docker container run -d --name one ubuntu sleep infinity
docker container run --name two ubuntu cat /etc/hosts > ~/addresses.txt
docker container inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' one >> ~/addresses.txt
