# All that there is, the right one among it.
docker image pull hello-world
find "$(docker info -f '{{.DockerRootDir}}')"/overlay2 -maxdepth 2 -name diff > ~/where.txt
