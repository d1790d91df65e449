# A container that runs another program, and one that never ran.
docker container run --entrypoint true my-ubuntu:0.1 ifconfig
docker container create my-ubuntu:0.1 ifconfig
