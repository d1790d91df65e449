# All folders, including the right one.
docker image pull hello-world
find "$(docker info -f '{{.DockerRootDir}}')"/overlay2 -maxdepth 2 -name diff > ~/where.txt
