# The folder of everything.
docker info -f '{{.DockerRootDir}}' > ~/where.txt
