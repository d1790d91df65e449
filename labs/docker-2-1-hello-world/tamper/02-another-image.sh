# An image whose name only ends the same.
printf 'FROM ubuntu\nENTRYPOINT ["true"]\n' | docker image build -q -t mine/hello-world -
docker container run --name greeting mine/hello-world
