# Every address of the network, instead of the two.
docker container rm -f one two > /dev/null 2>&1
docker container run -d --name one ubuntu sleep infinity
docker container run -d --name two ubuntu sleep infinity
for number in $(seq 1 254); do echo "172.17.0.$number"; done > ~/addresses.txt
