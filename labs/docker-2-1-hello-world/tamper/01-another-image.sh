# Another image under the name, whose main program does nothing.
printf 'FROM ubuntu\nENTRYPOINT ["true"]\n' | docker image build -q -t hello-world -
docker container run hello-world
