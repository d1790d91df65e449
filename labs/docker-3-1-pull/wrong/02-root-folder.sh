# The engine's root folder.
docker info -f '{{.DockerRootDir}}' > ~/where.txt
